"""The web base that pages and APIs of adapters stand on.

An adapter names a function in the hook ``mimis_blueprints``; it gets the Flask app made here and registers
its blueprints. Everything an adapter may use is in ``__all__``:

* :func:`create_app` makes the app: cookies, CSRF, rate limits, headers, error pages, languages.
* :func:`current_services` gives the services of the running app; pages hold no logic of their own.
* :func:`sign_in`, :func:`sign_out`, :func:`current_learner`, :func:`learner_required`,
  :func:`signed_in_person` and :func:`where_to_go` are the learner's session.
* :func:`provider_for_learners` is where they may have an account to sign in with.
* :func:`staff_required` guards a view of staff by what they do there, :func:`current_staff` is who was let in and
  :func:`staff_may` says what a page may offer her. :func:`lead_staff_to` names the page that they begin at.
* :class:`LtiTool` believes launches from learning platforms; :func:`allow_frames`, :func:`allow_forms` and
  :func:`is_framed` are for pages in their frames.
* :func:`current_intake` takes in shares for an employer, by the adapter that has told :func:`offer_intake` it can;
  :func:`current_share_reader` reads one for anybody, by what :func:`offer_share_reader` was told.
* :func:`exempt_from_csrf` is for APIs that carry a token of their own and no cookie.
* :func:`limited` bounds how often one address may call a view; :func:`allowed` does so for any other key.
  :func:`spend` counts and tells what is left, for an API that :func:`count_by_itself`.
* :func:`add_translations` adds an adapter's catalogues, which :func:`gettext` and :func:`ngettext` look into;
  :func:`current_language` is the reader's; :func:`pick` takes it out of a text, :func:`day` and :func:`month` write
  dates in it.
* :func:`problem` answers an API's error as RFC 9457.

Templates extend ``base.html`` and use ``|said`` (``|pick`` in titles and attributes), ``|day`` and ``|moment``.
"""

from mimis_core.web.app import create_app, current_services
from mimis_core.web.errors import problem
from mimis_core.web.intake import (
    Intake,
    ShareReader,
    TakenIn,
    current_intake,
    current_share_reader,
    offer_intake,
    offer_share_reader,
)
from mimis_core.web.language import (
    add_translations,
    current_language,
    day,
    gettext,
    month,
    ngettext,
    pick,
    whole_month,
)
from mimis_core.web.limits import Spent, allowed, count_by_itself, limited, spend
from mimis_core.web.lti import Launched, LtiTool
from mimis_core.web.oidc import provider_for_learners
from mimis_core.web.security import allow_forms, allow_frames, exempt_from_csrf
from mimis_core.web.sessions import (
    current_learner,
    is_framed,
    learner_required,
    sign_in,
    sign_out,
    signed_in_person,
    where_to_go,
)
from mimis_core.web.staff_session import current_staff, lead_staff_to, staff_may, staff_required

__all__ = [
    "Intake",
    "Launched",
    "LtiTool",
    "ShareReader",
    "Spent",
    "TakenIn",
    "add_translations",
    "allow_forms",
    "allow_frames",
    "allowed",
    "count_by_itself",
    "create_app",
    "current_intake",
    "current_language",
    "current_learner",
    "current_services",
    "current_share_reader",
    "current_staff",
    "day",
    "exempt_from_csrf",
    "gettext",
    "is_framed",
    "lead_staff_to",
    "learner_required",
    "limited",
    "month",
    "ngettext",
    "offer_intake",
    "offer_share_reader",
    "pick",
    "problem",
    "provider_for_learners",
    "sign_in",
    "sign_out",
    "signed_in_person",
    "spend",
    "staff_may",
    "staff_required",
    "where_to_go",
    "whole_month",
]
