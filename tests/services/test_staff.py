"""Staff: who may do what, how they get in and out, and that nobody locks everybody out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from mimis_core import NotFoundError, PermanentError, PermissionDeniedError, UserError
from mimis_core.services import Account, Role, Services, SignedIn, Staff
from mimis_core.services.roles import ALLOWED, SECOND_FACTOR, read_roles
from mimis_core.store.staff_tables import InvitationRow, SessionRow, StaffRow
from mimis_core.store.tables import AuditRow
from tests.school import Clock, HandCourier

PLACE = "https://id.demo.example"


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


def join(school: Services, role: Role = Role.OWNER, name: str = "Åsa") -> tuple[str, str]:
    """Id of a new member of staff, and the secret of her first session."""
    made = school.invite_staff(name, f"{name}@demo.example", (role,))
    return made.staff_id, school.redeem_invitation(token_of(made.url))


def actions(school: Services) -> list[str]:
    with school.database.transaction() as session:
        return [row.action for row in session.query(AuditRow) if row.action.startswith(("staff", "passkey"))]


@pytest.fixture
def account() -> Account:
    return Account(issuer=PLACE, subject="77", email="åsa@demo.example", email_verified=True)


def signed_in(school: Services, *roles: Role, proved: bool = False) -> SignedIn:
    staff = Staff(id="s", name="N", email="e", roles=roles, joined=True)
    proof = school.clock() if proved else None
    return SignedIn(staff=staff, way="oidc", bound=True, passkeys=1, second_factor_at=proof)


# Roles -----------------------------------------------------------------------------------------------------------


def refusal(school: Services, her: SignedIn, action: str) -> str | None:
    """The code of the refusal; None when she may."""
    try:
        school.require(her, action)
    except PermissionDeniedError as error:
        return error.code
    return None


@pytest.mark.parametrize("role", list(Role))
def test_role_may_do_what_the_table_says_and_no_more(school: Services, role: Role) -> None:
    her = signed_in(school, role, proved=True)
    said = {action: refusal(school, her, action) for action in ALLOWED}
    assert said == {action: None if role in roles else "role" for action, roles in ALLOWED.items()}


def test_second_factor_is_asked_for_after_15_minutes(school: Services, clock: Clock) -> None:
    her, him = signed_in(school, *Role, proved=True), signed_in(school, *Role)
    clock.forward(minutes=15)
    assert {refusal(school, her, action) for action in ALLOWED} == {None}
    clock.forward(seconds=1)
    for one in (her, him):
        asked = {action for action in ALLOWED if refusal(school, one, action) == "second_factor"}
        assert asked == SECOND_FACTOR


@pytest.mark.parametrize("role", list(Role))
def test_reading_and_reviewing_change_nothing(role: Role) -> None:
    changing = {action for action, roles in ALLOWED.items() if role in roles and not action.endswith(".read")}
    assert role in (Role.OWNER, Role.ISSUER) or changing <= {"catalogue.review"}


def test_unknown_action_is_nobodys(school: Services) -> None:
    with pytest.raises(PermissionDeniedError):
        school.require(signed_in(school, *Role, proved=True), "school.sell")
    assert actions(school) == ["staff.refused"]


@pytest.mark.parametrize("names", [[], ["king"], ["owner", ""]])
def test_roles_that_do_not_exist_are_refused(names: list[str]) -> None:
    with pytest.raises(UserError):
        read_roles(names)


def test_roles_are_kept_once_and_in_order() -> None:
    assert read_roles(["reader", "Owner", "reader"]) == (Role.OWNER, Role.READER)


# Invitations -----------------------------------------------------------------------------------------------------


def test_link_works_once(school: Services) -> None:
    made = school.invite_staff("Åsa", "asa@demo.example", (Role.OWNER,))
    school.check_invitation(token_of(made.url))
    assert school.staff_session(school.redeem_invitation(token_of(made.url))).staff.joined
    for use in (school.check_invitation, school.redeem_invitation):
        with pytest.raises(NotFoundError) as refused:
            use(token_of(made.url))
        assert refused.value.code == "used"


def test_link_of_two_at_once_lets_one_in(school: Services) -> None:
    token = token_of(school.invite_staff("Åsa", "asa@demo.example", (Role.OWNER,)).url)

    def redeem(_: int) -> str | None:
        with suppress(NotFoundError):
            return school.redeem_invitation(token)
        return None

    with ThreadPoolExecutor(4) as pool:
        assert len(list(filter(None, pool.map(redeem, range(4))))) == 1


def test_link_is_too_old_after_72_hours(school: Services, clock: Clock) -> None:
    token = token_of(school.invite_staff("Åsa", "asa@demo.example", (Role.OWNER,)).url)
    clock.forward(hours=72)
    with pytest.raises(NotFoundError) as refused:
        school.redeem_invitation(token)
    assert refused.value.code == "expired"


def test_link_is_mailed_and_kept_as_hash_only(school: Services) -> None:
    made = school.invite_staff("Åsa", "asa@demo.example", (Role.OWNER,))
    (mail,) = HandCourier.parcels
    assert (mail.to, made.mailed, made.url in mail.text) == ("asa@demo.example", True, True)
    with school.database.transaction() as session:
        assert token_of(made.url) not in str([vars(row) for row in session.query(InvitationRow)])


def test_link_is_given_though_mail_is_down(school: Services) -> None:
    HandCourier.errors = [PermanentError("No.")]
    made = school.invite_staff("Åsa", "asa@demo.example", (Role.OWNER,))
    assert (made.mailed, school.check_invitation(token_of(made.url))) == (False, None)


@pytest.mark.parametrize(("name", "email"), [("", "a@demo.example"), ("Åsa", "demo.example"), ("Åsa", "a@b@c")])
def test_invitation_to_nobody_is_refused(school: Services, name: str, email: str) -> None:
    with pytest.raises(UserError):
        school.invite_staff(name, email, (Role.OWNER,))


def test_address_is_taken_on_once(school: Services) -> None:
    join(school)
    with pytest.raises(UserError) as refused:
        school.invite_staff("Anna", " Åsa@DEMO.example", (Role.READER,))
    assert refused.value.code == "known_address"


# Accounts --------------------------------------------------------------------------------------------------------


def test_verified_address_binds_the_account_to_it(school: Services, account: Account) -> None:
    staff_id, _ = join(school)
    token = school.sign_in_account(account, "oidc")
    renamed = account.model_copy(update={"email": "other@demo.example", "email_verified": False})
    assert school.staff_session(token).staff.id == staff_id
    assert school.staff_session(school.sign_in_account(renamed, "oidc")).staff.id == staff_id


@pytest.mark.parametrize(
    "changes",
    [{"email_verified": False}, {"email": None}, {"email": "eva@demo.example"}],
    ids=["unverified", "no address", "another address"],
)
def test_account_of_nobody_is_refused(school: Services, account: Account, changes: dict[str, object]) -> None:
    join(school)
    with pytest.raises(NotFoundError) as refused:
        school.sign_in_account(account.model_copy(update=changes), "oidc")
    assert refused.value.code == "no_staff"


@pytest.mark.parametrize("changes", [{"subject": "78"}, {"issuer": "https://evil.example"}])
def test_bound_address_lets_no_second_account_in(
    school: Services, account: Account, changes: dict[str, object]
) -> None:
    join(school)
    school.sign_in_account(account, "oidc")
    with pytest.raises(NotFoundError):
        school.sign_in_account(account.model_copy(update=changes), "oidc")


def test_account_is_bound_by_the_link_without_an_address(school: Services, account: Account) -> None:
    staff_id, token = join(school)
    bare = account.model_copy(update={"email": None})
    school.bind_account(token, bare, "lms")
    school.bind_account(token, bare, "lms")
    assert school.staff_session(school.sign_in_account(bare, "lms")).staff.id == staff_id


def test_account_of_one_is_not_bound_to_another(school: Services, account: Account) -> None:
    _, hers = join(school)
    _, his = join(school, Role.READER, "Bo")
    school.bind_account(hers, account, "oidc")
    for token, other in ((his, account), (hers, account.model_copy(update={"subject": "9"}))):
        with pytest.raises(UserError):
            school.bind_account(token, other, "oidc")


# Sessions --------------------------------------------------------------------------------------------------------


def test_session_ends_after_8_hours(school: Services, clock: Clock) -> None:
    _, token = join(school)
    clock.forward(hours=8)
    with pytest.raises(NotFoundError):
        school.staff_session(token)


def test_session_is_kept_as_hash_only(school: Services) -> None:
    _, token = join(school)
    with school.database.transaction() as session:
        assert token not in str([vars(row) for row in session.query(SessionRow)])


def test_signing_out_ends_this_session_only(school: Services, account: Account) -> None:
    _, token = join(school)
    other = school.sign_in_account(account, "oidc")
    school.end_staff_session(token)
    school.end_staff_session("never was")
    assert school.staff_session(other).way == "oidc"
    with pytest.raises(NotFoundError):
        school.staff_session(token)


@pytest.mark.parametrize("end", ["sign_out_staff", "remove_staff", "reset_staff"])
def test_all_sessions_end_at_once(school: Services, account: Account, end: str) -> None:
    join(school, name="Bo")
    staff_id, token = join(school)
    tokens = token, school.sign_in_account(account, "oidc")
    getattr(school, end)(staff_id)
    for one in tokens:
        with pytest.raises(NotFoundError):
            school.staff_session(one)


# Leaving ---------------------------------------------------------------------------------------------------------


def test_last_owner_stays(school: Services) -> None:
    staff_id, _ = join(school)
    join(school, Role.ISSUER, "Bo")
    for leave in (school.remove_staff, lambda one: school.change_roles(one, (Role.READER,))):
        with pytest.raises(UserError) as refused:
            leave(staff_id)
        assert refused.value.code == "last_owner"
    assert [one.roles for one in school.staff()] == [(Role.ISSUER,), (Role.OWNER,)]


def test_owner_who_never_signed_in_does_not_stand_in_for_one_who_has(school: Services) -> None:
    staff_id, _ = join(school)
    invited = school.invite_staff("Bo", "bo@demo.example", (Role.OWNER,))
    with pytest.raises(UserError):
        school.remove_staff(staff_id)
    school.redeem_invitation(token_of(invited.url))
    school.remove_staff(staff_id)
    assert [one.id for one in school.staff()] == [invited.staff_id]


def test_removed_one_is_gone_and_may_be_taken_on_anew(school: Services, account: Account) -> None:
    join(school, name="Bo")
    staff_id, _ = join(school)
    school.sign_in_account(account, "oidc")
    school.remove_staff(staff_id)
    for act in (school.remove_staff, school.reset_staff, school.sign_out_staff):
        with pytest.raises(NotFoundError):
            act(staff_id)
    with pytest.raises(NotFoundError):
        school.sign_in_account(account, "oidc")
    again, _ = join(school)
    assert school.staff_session(school.sign_in_account(account, "oidc")).staff.id == again != staff_id


def test_removed_ones_link_is_dead(school: Services) -> None:
    join(school, name="Bo")
    made = school.invite_staff("Åsa", "asa@demo.example", (Role.READER,))
    school.remove_staff(made.staff_id)
    with pytest.raises(NotFoundError):
        school.redeem_invitation(token_of(made.url))


def test_reset_makes_a_new_link_and_kills_the_old_one(school: Services, account: Account) -> None:
    made = school.invite_staff("Åsa", "åsa@demo.example", (Role.OWNER,))
    again = school.reset_staff(made.staff_id)
    with pytest.raises(NotFoundError):
        school.redeem_invitation(token_of(made.url))
    assert school.staff_session(school.redeem_invitation(token_of(again.url))).staff.id == made.staff_id


def test_what_is_done_to_staff_is_recorded_without_names(school: Services, account: Account) -> None:
    join(school, name="Bo")
    staff_id, _ = join(school)
    school.change_roles(staff_id, (Role.OWNER, Role.READER))
    school.sign_in_account(account, "oidc")
    school.remove_staff(staff_id)
    assert actions(school)[2:] == [
        "staff.invite", "staff.sign_in", "staff.roles", "staff.bind", "staff.sign_in", "staff.remove",
    ]  # fmt: skip
    with school.database.transaction() as session:
        assert "sa@demo" not in str([(row.subject, row.details) for row in session.query(AuditRow)]).lower()
        assert session.query(StaffRow).count() == 2


def test_staff_come_by_name(school: Services) -> None:
    for name in ("bo", "Anna", "Åsa"):
        join(school, name=name)
    assert [one.name for one in school.staff()] == ["Anna", "bo", "Åsa"]


def test_record_says_how_an_account_was_bound(school: Services, account: Account) -> None:
    _, token = join(school)
    school.add_passkey(token, "key", b"public", 0)
    later = school.sign_in_passkey("key", 1)
    school.bind_account(later, account, "oidc")
    with school.database.transaction() as session:
        row = session.query(AuditRow).filter_by(action="staff.bind").one()
        assert (row.details["how"], row.details["way"]) == ("passkey", "oidc")


def test_owner_who_must_start_over_stands_in_for_nobody(school: Services) -> None:
    asa, bo = (join(school, name=name)[0] for name in ("Åsa", "Bo"))
    school.reset_staff(bo)
    with pytest.raises(UserError) as refused:
        school.remove_staff(asa)
    assert refused.value.code == "last_owner"


def test_school_without_a_swedish_name_invites(school: Services) -> None:
    named = school.settings.organisation.model_copy(update={"legal_name": {"en": "The school"}})
    school.settings = school.settings.model_copy(update={"organisation": named})
    assert school.invite_staff("Åsa", "åsa@demo.example", (Role.OWNER,)).url
