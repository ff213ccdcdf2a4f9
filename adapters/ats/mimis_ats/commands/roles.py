"""``mimis roles``: what jobs need, what shares and learners show of it, and what closes the gap."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from mimis_ats.ad_roles import begin_role
from mimis_ats.commands.output import Config, Json, show, tell
from mimis_ats.jobtech.client import Jobtech
from mimis_ats.jobtech.settings import jobtech_settings
from mimis_ats.standing import pick
from mimis_core import UserError
from mimis_core.services import Line, Need, OutcomeNeed, RoleProfile, RoleVersion, Services, SkillNeed, configured

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
HERE = Path(".")
RoleId = Annotated[str, typer.Argument(metavar="ROLE", help="Id of a role, from `mimis roles list`.")]
By = Annotated[str, typer.Option("--by", help="Who does it; stands in the record.")]
MARKS = {"met": "shown", "partly": "partly", "not": "not shown"}


@app.command("new")
def new(
    title: Annotated[str, typer.Argument(help="What the job is called, in Swedish.")],
    by: By,
    skill: Annotated[list[str] | None, typer.Option("--skill", help="ESCO skill that is needed; repeatable.")] = None,
    desirable: Annotated[
        list[str] | None, typer.Option("--desirable", help="ESCO skill that is an advantage; repeatable.")
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option("--outcome", help="Learning outcome that is needed, in Swedish; repeatable.")
    ] = None,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Begin a role as a draft."""
    with configured(config) as services:
        needs: list[Need] = [_skill(services, uri, desirable=False) for uri in skill or ()]
        needs += [_skill(services, uri, desirable=True) for uri in desirable or ()]
        needs += [OutcomeNeed(label={"sv": text}) for text in outcome or ()]
        made = services.new_role({"sv": title}, by, needs)
    _show(made, json_)


@app.command("from-esco")
def from_esco(
    occupation: Annotated[str, typer.Argument(help="Address of an occupation, from `mimis esco search`.")],
    by: By,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Begin a role with what ESCO says that an occupation needs."""
    with configured(config) as services:
        made = services.role_from_esco(occupation, by)
    _show(made, json_)


@app.command("from-ad")
def from_ad(
    where: Annotated[str, typer.Argument(metavar="AD", help="Number or address of an advertisement in Platsbanken.")],
    by: By,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Begin a role with what a Platsbanken advertisement asks for; what has no exact match is kept for your eyes."""
    with configured(config) as services, Jobtech(jobtech_settings()) as jobtech:
        ad = jobtech.needs(where, services.esco())
        made = begin_role(services, ad, by)
    if ad.says_nothing:
        tell("The advertisement lists no requirement. That does not mean that there is none: read it, and add them.")
        tell(ad.text)
    _show(made, json_)


@app.command("list")
def list_(config: Config = HERE, json_: Json = False) -> None:
    """List the roles: newest version and state."""
    with configured(config) as services:
        roles = services.role_profiles()
    lines = [f"{one.profile.id}  {one.state:<10} {pick(one.profile.title)}" for one in roles]
    show([one.model_dump(mode="json") for one in roles], lines, json_)


@app.command("show")
def show_(role: RoleId, config: Config = HERE, json_: Json = False) -> None:
    """Show what a role needs, and how shares are put in order for it."""
    with configured(config) as services:
        found = services.role_profile(role)
    _show(found, json_)


@app.command("change")
def change(
    role: RoleId,
    file: Annotated[Path, typer.Argument(help="JSON file: `profile` as `mimis roles show --json` prints it.")],
    by: By,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Save a role as a file has it, with needs, levels and the criteria for the order of shares."""
    profile = _read(file, "See `mimis roles show --json`.")
    with configured(config) as services:
        known = services.role_profile(role)
        mine = {"id": known.profile.id, "version": known.profile.version}
        saved = services.save_role(profile.model_copy(update=mine), known.revision, by)
    _show(saved, json_)


@app.command("publish")
def publish(role: RoleId, by: By, config: Config = HERE, json_: Json = False) -> None:
    """Let everybody read the draft at /roles/ROLE, and put shares in order if it says how."""
    with configured(config) as services:
        made = services.publish_role(role, by)
    _show(made, json_)


@app.command("end")
def end(role: RoleId, by: By, config: Config = HERE, json_: Json = False) -> None:
    """End a role: nobody can read it any more."""
    with configured(config) as services:
        services.retire_role(role, by)
    show({"ended": role}, [f"ended {role}"], json_)


@app.command("match")
def match(
    role: RoleId,
    share: Annotated[str, typer.Argument(metavar="SHARE", help="Id or key of a share that was taken in.")],
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Say need by need what a share shows, and why."""
    with configured(config) as services:
        known = services.imported(share)
        import_id = services.import_of(share).id if known else share
        found = services.match_share(role, import_id)
    lines = [text for line in found.lines for text in _lines(line)]
    show(found.model_dump(mode="json"), [*lines, *_by_eye(found.role)], json_)


@app.command("gap")
def gap(
    role: Annotated[str, typer.Argument(metavar="ROLE|FILE", help="Id of a role, or a JSON file of one.")],
    learner: Annotated[str, typer.Argument(help="Id of a learner.")],
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """Say need by need what a learner of this school shows, and which entries of the catalogue close the gap."""
    with configured(config) as services:
        found = services.gap_of(learner, _profile(services, role))
    lines: list[str] = []
    for one in found.lines:
        lines += [*_lines(one.line), *(f"    closed by {entry.id}: {pick(entry.title)}" for entry in one.closed_by)]
    value = {
        "role": found.role.model_dump(mode="json"),
        "esco": found.esco,
        "lines": [
            {"line": one.line.model_dump(mode="json"), "closed_by": [entry.id for entry in one.closed_by]}
            for one in found.lines
        ],
    }
    show(value, [*lines, *_by_eye(found.role)], json_)


@app.command("rank")
def rank(
    role: RoleId,
    after: Annotated[int, typer.Option("--after", help="Where to begin, from the answer before.")] = 0,
    config: Config = HERE,
    json_: Json = False,
) -> None:
    """List the shares in the order that the published role states; refused when it states none."""
    with configured(config) as services:
        page = services.rank_shares(role, after)
    rows: list[dict[str, Any]] = [
        {"place": one.place, "share": one.share.id, "counts": one.counts} for one in page.shares
    ]
    lines = [f"{row['place']:>6}  {row['share']}  {_counted(row['counts'])}" for row in rows]
    show({"total": page.total, "after": page.after, "shares": rows}, lines, json_)


def _profile(services: Services, role: str) -> RoleProfile:
    file = Path(role)
    if not file.is_file():
        return services.role_profile(role).profile
    return _read(file, "Give `role` of an employer's /roles/<id>.json.")


def _read(file: Path, mend: str) -> RoleProfile:
    try:
        return RoleProfile.model_validate_json(file.read_bytes())
    except OSError:
        raise UserError(f"{file} cannot be read.", mend="Give a JSON file.") from None
    except ValidationError as error:
        places = ", ".join(".".join(map(str, one["loc"])) or "the whole" for one in error.errors()[:5])
        raise UserError(f"{file} is no role profile: {places}.", mend=mend) from None


def _skill(services: Services, uri: str, *, desirable: bool) -> SkillNeed:
    found = services.esco().require().concept(uri)
    if found is None:
        raise UserError(f"ESCO has no skill {uri}.", mend="Look for it with: mimis esco search WORDS")
    return SkillNeed(skill=uri, label=found.labels, weight="desirable" if desirable else "essential")


def _show(role: RoleVersion, as_json: bool) -> None:
    profile = role.profile
    lines = [f"{profile.id}  {role.state}, version {profile.version}: {pick(profile.title)}"]
    for need in profile.needs:
        level = f", level {need.level} or higher" if need.level else ""
        lines.append(f"  {need.weight:<10} {need.kind}: {pick(need.label)}{level}")
    lines += _by_eye(profile)
    if profile.criteria:
        lines.append(f"  order: {', '.join(profile.criteria.order)}: {pick(profile.criteria.words)}")
    show(role.model_dump(mode="json"), lines, as_json)


def _by_eye(profile: RoleProfile) -> list[str]:
    return [f"  look yourself: {pick(text)}" for text in profile.by_eye]


def _lines(line: Line) -> list[str]:
    return [f"{MARKS[line.status]:<10} {pick(line.need.label)}", f"    {pick(line.words)}"]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in counts.items())
