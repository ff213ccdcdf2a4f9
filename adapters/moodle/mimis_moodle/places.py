"""Where things are in Moodle's own pages, in English and in Swedish, and which right each function needs.

The English words are those of Moodle 4.5. The Swedish ones can differ a little with the site's language pack; the order
of the menus is the same.
"""

from __future__ import annotations

_EN, _SV = "Site administration", "Webbplatsadministration"

FUNCTIONS = (
    f"{_EN} > Server > Web services > External services > (the service) > Functions > Add functions "
    f"(på svenska: {_SV} > Server > Webbtjänster > Externa tjänster > (tjänsten) > Funktioner > Lägg till funktioner)."
)
SERVICE = (
    f"{_EN} > Server > Web services > External services: the service is enabled, and the account is an authorised user "
    f"(på svenska: {_SV} > Server > Webbtjänster > Externa tjänster: tjänsten är aktiverad och kontot en behörig "
    "användare)."
)
PROTOCOLS = (
    f"{_EN} > Server > Web services > Manage protocols > REST "
    f"(på svenska: {_SV} > Server > Webbtjänster > Hantera protokoll > REST)."
)
ACCOUNTS = (
    f"{_EN} > Users > Accounts > Browse list of users "
    f"(på svenska: {_SV} > Användare > Konton > Bläddra bland användare)."
)
TOKENS = (
    f"{_EN} > Server > Web services > Manage tokens > Create token "
    f"(på svenska: {_SV} > Server > Webbtjänster > Hantera tokens > Skapa token)."
)
FEATURES = f"{_EN} > General > Advanced features (på svenska: {_SV} > Allmänt > Avancerade funktioner)."
ROLE = (
    f"{_EN} > Users > Permissions > Define roles > (the account's role) > Edit > Allow "
    f"(på svenska: {_SV} > Användare > Behörigheter > Definiera roller > (kontots roll) > Redigera > Tillåt)."
)
IDENTITY = (
    f"{_EN} > Users > Permissions > User policies > Show user identity "
    f"(på svenska: {_SV} > Användare > Behörigheter > Användarpolicyer > Visa användaridentitet)."
)
COURSE = "the course > Settings > Completion tracking (på svenska: kursen > Inställningar > Spårning av fullföljande)."
CRITERIA = "the course > More > Course completion (på svenska: kursen > Mer > Kursfullföljande)."
REPORTS = (
    f"{_EN} > Reports > Report builder > Custom reports "
    f"(på svenska: {_SV} > Rapporter > Rapportbyggare > Anpassade rapporter)."
)

RIGHTS: dict[str, tuple[str, ...]] = {
    "core_course_get_courses_by_field": ("moodle/course:view", "moodle/course:viewhiddencourses"),
    "core_enrol_get_enrolled_users": (
        "moodle/course:viewparticipants",
        "moodle/user:viewdetails",
        "moodle/site:accessallgroups",
    ),
    "core_completion_get_course_completion_status": ("report/completion:view",),
    "gradereport_user_get_grade_items": (
        "gradereport/user:view",
        "moodle/grade:viewall",
        "moodle/grade:viewhidden",
    ),
    "core_completion_get_activities_completion_status": (
        "report/progress:view",
        "moodle/course:viewhiddenactivities",
    ),
    "core_competency_list_course_competencies": ("moodle/competency:coursecompetencyview",),
    "report_competency_data_for_report": ("moodle/competency:usercompetencyview",),
    "core_badges_get_user_badges": ("moodle/badges:viewotherbadges",),
    "core_cohort_get_cohorts": ("moodle/cohort:view",),
    "core_reportbuilder_retrieve_report": ("moodle/reportbuilder:view",),
    "excluded_groups": ("moodle/site:accessallgroups", "moodle/course:viewparticipants"),
    "groups": ("moodle/site:accessallgroups", "moodle/course:viewparticipants"),
    "e-mail": ("moodle/course:useremail",),
    "username": ("moodle/user:viewalldetails",),
    "idnumber": ("moodle/site:viewuseridentity",),
}
"""Rights by the function, setting or field that is empty or refused without them (facts/moodle.md section 4)."""


def give(*rights: str) -> str:
    """The sentence that says which rights to give, and where."""
    return f"Give the account's role {', '.join(rights)}: {ROLE}"
