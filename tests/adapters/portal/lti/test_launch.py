"""A learner opens mimis from her course: she comes to her own page, and nobody is made or let in otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from mimis_portal.lti.sandbox import PlatformSandbox

from mimis_core.services import Services
from mimis_core.web import create_app
from tests.adapters.portal.lti.visits import HERE, Visit, fields_of, path_of
from tests.school import Clock

ACHIEVEMENT = "digitala-arbetsmiljoer"


def cookies_set(visit: Visit, **changes: str) -> list[str]:
    """Each cookie that a launch sets, as it is sent."""
    return visit.launch(**changes).headers.getlist("Set-Cookie")


@pytest.mark.parametrize("flavour", ["moodle", "openedx"])
def test_learner_comes_to_her_own_page(visit: Visit, learner_id: str) -> None:
    answer = visit.launch()
    assert (answer.status_code, path_of(answer)) == (303, "/me")
    assert "Digitala arbetsmiljöer i omsorgen" in visit.client.get("/me").text


def test_launch_is_recorded(visit: Visit, school: Services, learner_id: str) -> None:
    visit.launch()
    entry = school.audit_of(learner_id)[-1]
    assert (entry["action"], entry["actor"], entry["details"]) == ("sign_in", learner_id, {"kind": "launch"})


def test_login_may_come_by_get_and_without_what_is_optional(
    visit: Visit, learner_id: str, platform: PlatformSandbox
) -> None:
    fields = {name: platform.login()[name] for name in ("iss", "target_link_uri", "login_hint")}
    begun = visit.client.get("/lti/login", query_string=fields)
    assert visit.bring(platform.reply(begun.headers["Location"])).status_code == 303


def test_link_leads_to_the_page_that_it_names(visit: Visit, learner_id: str, platform: PlatformSandbox) -> None:
    platform.target = f"/me/achievements/{ACHIEVEMENT}"
    answer = visit.launch()
    assert path_of(answer) == platform.target
    text = visit.client.get(platform.target).text
    assert "Digitala arbetsmiljöer i omsorgen" in text
    assert 'href="/me/credentials/' in text


@pytest.mark.parametrize("target", ["", "/", "/me", "/staff/", "/out", "/me/achievements/../../out", "/nowhere"])
def test_link_to_any_other_page_leads_to_her_credentials(
    visit: Visit, learner_id: str, platform: PlatformSandbox, target: str
) -> None:
    platform.target = target
    assert path_of(visit.launch()) == "/me"


def test_page_of_an_achievement_says_that_she_does_not_have_it(visit: Visit, learner_id: str) -> None:
    visit.launch()
    assert "Du har inte den här mikromeriten än." in visit.client.get("/me/achievements/verktygsvana").text
    assert visit.client.get("/me/achievements/nothing").status_code == 404


def test_page_of_an_achievement_is_for_who_is_signed_in(visit: Visit) -> None:
    assert path_of(visit.client.get(f"/me/achievements/{ACHIEVEMENT}")) == "/in"


# Who she is ------------------------------------------------------------------------------------------------------


def test_learner_unknown_here_gets_a_friendly_page_and_nothing_is_made(
    visit: Visit, school: Services, platform: PlatformSandbox, learner_id: str
) -> None:
    platform.user = "8"
    answer = visit.launch()
    assert (answer.status_code, "Här finns inget för dig än" in answer.text) == (200, True)
    assert [one.id for one, _ in school.learners()] == [learner_id]
    assert path_of(visit.client.get("/me")) == "/in"


def test_user_of_another_source_is_somebody_else(
    make_visit: Callable[..., Visit], school: Services, learner_id: str
) -> None:
    school.settings = school.settings.model_copy(update={"sources": {**school.settings.sources, "other": {}}})
    assert "Här finns inget för dig än" in make_visit(source="other").launch().text


@pytest.mark.parametrize("kind", ["Instructor", "Administrator"])
def test_roles_of_the_platform_make_nobody_staff(visit: Visit, platform: PlatformSandbox, kind: str) -> None:
    platform.claims = {
        "https://purl.imsglobal.org/spec/lti/claim/roles": [
            f"http://purl.imsglobal.org/vocab/lis/v2/institution/person#{kind}",
            "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin",
        ]
    }
    assert "Här ser deltagarna sina egna mikromeriter" in visit.launch().text
    assert path_of(visit.client.get("/school")) == "/staff/in"


def test_teacher_who_learns_here_too_sees_her_own(visit: Visit, learner_id: str, platform: PlatformSandbox) -> None:
    platform.teaches = True
    assert path_of(visit.launch()) == "/me"


def test_protected_learner_is_sent_to_her_school(visit: Visit, school: Services, learner_id: str) -> None:
    school.protect_learner(learner_id, "Test")
    answer = visit.launch()
    assert (answer.status_code, "Åsa" in answer.text, "skydd" in answer.text.lower()) == (200, False, False)
    assert "Vi kan inte öppna din sida från kursen." in answer.text
    assert path_of(visit.client.get("/me")) == "/in"


# Frames and cookies ----------------------------------------------------------------------------------------------


def test_cookies_of_a_frame_are_for_that_frame_alone(visit: Visit, learner_id: str) -> None:
    (mark,) = visit.login().headers.getlist("Set-Cookie")
    visit.forget()
    session = next(one for one in cookies_set(visit) if one.startswith("mimis="))
    for cookie in (mark, session):
        assert all(part in cookie for part in ("SameSite=None", "; Secure", "; Partitioned", "HttpOnly", "Path=/"))


def test_cookie_of_a_window_stays_with_our_site(visit: Visit, learner_id: str) -> None:
    visit.frame = False
    session = next(one for one in cookies_set(visit) if one.startswith("mimis="))
    assert ("SameSite=Lax" in session, "Partitioned" in session) == (True, False)


def test_cookie_of_other_ways_in_stays_with_our_site(visit: Visit, school: Services, learner_id: str) -> None:
    visit.client.application.config["WTF_CSRF_ENABLED"] = False
    code = school.make_slip(learner_id, "Test").code
    (session,) = visit.client.post(f"/in/{code}").headers.getlist("Set-Cookie")
    assert ("SameSite=Lax" in session, "Partitioned" in session) == (True, False)


def test_session_of_a_frame_ends_in_the_frame(visit: Visit, learner_id: str) -> None:
    visit.client.application.config["WTF_CSRF_ENABLED"] = False
    visit.launch()
    left = visit.client.post("/out")
    assert all("Partitioned" in one for one in left.headers.getlist("Set-Cookie"))
    assert path_of(visit.client.get("/me")) == "/in"


def frames_of(visit: Visit, path: str) -> str:
    policy = visit.client.get(path).headers["Content-Security-Policy"]
    return policy.partition("frame-ancestors ")[2].partition(";")[0]


def test_platform_alone_may_hold_her_pages(
    make_visit: Callable[..., Visit], learner_id: str, platform: PlatformSandbox
) -> None:
    visit = make_visit(frames=["https://apps.skola.example"])
    visit.launch()
    for path in ("/me", "/me/shares", "/", "/in", "/accessibility"):
        assert frames_of(visit, path) == f"{platform.url} https://apps.skola.example"
    for path in ("/school", "/staff/in", "/s/x", "/nowhere", "/mean"):
        assert frames_of(visit, path) == "'none'"


def test_nobody_may_hold_the_pages_of_a_window(visit: Visit, learner_id: str) -> None:
    visit.frame = False
    visit.launch()
    assert frames_of(visit, "/me") == "'none'"


def test_frame_without_cookies_offers_a_window(visit: Visit, learner_id: str) -> None:
    begun = visit.login()
    visit.forget()
    answer = visit.bring(visit.platform.reply(begun.headers["Location"]))
    assert (answer.status_code, "Öppna i nytt fönster" in answer.text) == (200, True)
    assert "Du kommer in som Åsa Öberg 7." in answer.text
    window = visit.client.post("/lti/window", data=fields_of(answer.text))
    assert (window.status_code, path_of(window)) == (303, "/me")
    assert visit.client.get("/me").status_code == 200


def test_handover_is_good_once_and_for_a_minute(visit: Visit, learner_id: str, clock: Clock) -> None:
    shown = []
    for _ in range(2):
        begun = visit.login()
        visit.forget()
        shown.append(fields_of(visit.bring(visit.platform.reply(begun.headers["Location"])).text))
    codes = [visit.client.post("/lti/window", data=shown[0]).status_code for _ in range(2)]
    clock.forward(seconds=61)
    codes.append(visit.client.post("/lti/window", data=shown[1]).status_code)
    assert codes == [303, 410, 410]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_handover_from_another_site_lets_nobody_in(visit: Visit, school: Services, learner_id: str, site: str) -> None:
    fields = {"token": school.hand_over(learner_id), "path": ""}
    assert visit.client.post("/lti/window", data=fields, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert path_of(visit.client.get("/me")) == "/in"


def test_launch_that_another_browser_began_lets_nobody_in_unasked(visit: Visit, learner_id: str) -> None:
    """Else somebody could let another's browser end his own launch, and read what she writes into his account."""
    form = visit.platform.reply(visit.login().headers["Location"])
    other = Visit(visit.client.application.test_client(), visit.platform)
    assert "Öppna i nytt fönster" in other.bring(form).text
    assert path_of(other.client.get("/me")) == "/in"


def test_two_frames_of_one_page_do_not_mix(visit: Visit, learner_id: str) -> None:
    begun = [visit.login(), visit.login()]
    ends = [visit.bring(visit.platform.reply(one.headers["Location"])) for one in begun]
    assert [path_of(one) for one in ends] == ["/me", "/me"]


def test_school_without_platforms_has_none_of_these_pages(school: Services) -> None:
    school.settings = school.settings.model_copy(update={"lti": {}, "base_url": HERE})
    client = create_app(school.settings, school).test_client()
    assert [client.get(path).status_code for path in ("/lti/login", "/lti/keys")] == [404, 404]
