"""Files for operators hold together: units that systemd accepts, an image that runs as nobody, proxies that hide."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from mimis_core.cli import app
from mimis_core.observe.masking import mask
from mimis_core.services import Services
from mimis_core.web.app import create_app

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
SECRET = re.compile(r"(?i)(password|secret|token|key)\s*[=:]\s*[\"']?(?!\.\.\.)[^\s/.$][^\s]{5,}")
MOST_EXPOSED = 2.0
"""Of systemd's own measure, which goes from 0 to 10."""


def lines(name: str) -> list[str]:
    """A file's lines without comments; continued ones are one."""
    text = (DEPLOY / name).read_text("utf-8").replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def mimis_options(words: list[str]) -> Any:
    """What the command makes of its words; fails for one that does not exist."""
    group: Any = typer.main.get_command(app)
    command = group.get_command(None, words[0])
    return command.make_context(words[0], words[1:]).params


@pytest.fixture
def analysed(tmp_path: Path) -> Path:
    """Units whose program is there, so that systemd looks at the rest."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8").replace("/opt/mimis/bin/mimis", "/bin/true")
        (tmp_path / name.replace("@", "@1")).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", [name.replace("@", "@1") for name in UNITS])
def test_systemd_accepts_unit_and_finds_it_safe(analysed: Path, name: str) -> None:
    verified = subprocess.run(["systemd-analyze", "verify", analysed / name], capture_output=True, text=True)
    assert [line for line in verified.stderr.splitlines() if name in line] == []
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", analysed / name], capture_output=True, text=True, check=True
    )
    exposed = re.search(r"exposure level for \S+: ([\d.]+)", judged.stdout)
    assert exposed is not None
    assert float(exposed[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("name", UNITS)
def test_unit_runs_a_command_that_exists(name: str) -> None:
    (start,) = [line for line in lines(name) if line.startswith("ExecStart=")]
    assert mimis_options(start.partition("mimis/bin/mimis ")[2].split()) is not None


def test_units_are_equally_hardened() -> None:
    own = ("Description=", "ExecStart=")
    assert len({tuple(line for line in lines(name) if not line.startswith(own)) for name in UNITS}) == 1


@pytest.mark.parametrize("name", UNITS)
def test_unit_is_started_again_however_long_the_database_is_away(name: str) -> None:
    told = dict(line.split("=", 1) for line in lines(name) if "=" in line)
    assert (told["Restart"], told["StartLimitIntervalSec"]) == ("always", "0")
    assert "StartLimitBurst" not in told
    assert 10 <= int(told["RestartSec"]) <= 60


def test_image_runs_without_rights_and_is_asked_how_it_is() -> None:
    steps = lines("Containerfile")
    known = {"FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert {step.split()[0] for step in steps} <= known
    last = steps[max(index for index, step in enumerate(steps) if step.startswith("FROM")) :]
    after_user = last[last.index("USER 10001") :]
    assert not [step for step in after_user if step.startswith(("RUN", "USER root", "USER 0"))]
    assert "/readyz" in next(step for step in last if step.startswith("HEALTHCHECK"))
    assert all(":" in step.split()[1] for step in steps if step.startswith("FROM"))


def test_image_starts_a_command_that_exists() -> None:
    (started,) = [step for step in lines("Containerfile") if step.startswith("CMD")]
    assert mimis_options(yaml.safe_load(started.partition(" ")[2]))["port"] == 8000


def test_composed_services_are_read_only_and_start_after_database() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    for name in ("pages", "worker"):
        assert (services[name]["read_only"], services[name]["cap_drop"]) == (True, ["ALL"])
        assert services[name]["depends_on"]["postgres"]["condition"] == "service_healthy"
        assert mimis_options(services[name]["command"]) is not None
    assert all(port.startswith("127.0.0.1:") for port in services["pages"]["ports"])


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/skolan/metrics", "/skolan/readyz"])
@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_proxy_keeps_measures_from_the_web(name: str, path: str) -> None:
    text = (DEPLOY / name).read_text("utf-8")
    (inside,) = re.findall(r"(?:location ~|path_regexp) (\S*metrics\S*)", text)
    assert re.search(inside, path)
    assert not re.search(inside, "/healthz")
    assert text.count("{") == text.count("}")


def addresses_with_tokens(school: Services) -> list[str]:
    """One for each template of an address that has a token in it, of all pages of all adapters.

    The token is a short word, so that only its place in the address tells that it is one.
    """
    rules = create_app(school.settings, school).url_map.iter_rules()
    templates = {rule.rule for rule in rules if "token" in rule.arguments}
    return sorted(re.sub("<[^>]*>", "1", template.replace("<token>", "hush")) for template in templates)


@pytest.mark.parametrize("place", ["", "/skolan"], ids=["a host of its own", "a path"])
def test_nginx_logs_no_address_with_a_token(school: Services, place: str) -> None:
    blocks = re.findall(r"location ~ (\S+) \{([^}]*)\}", (DEPLOY / "nginx.conf").read_text("utf-8"))
    silent = [where for where, block in blocks if "access_log off" in block and "error_log /dev/null" in block]
    addresses = addresses_with_tokens(school)
    assert len(addresses) > 3
    assert [one for one in addresses if not any(re.search(where, place + one) for where in silent)] == []


def test_log_masks_every_token_in_an_address(school: Services) -> None:
    assert [one for one in addresses_with_tokens(school) if "hush" in mask(one)] == []


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_no_secret_stands_in_a_file(path: Path) -> None:
    assert [line for line in lines(path.name) if SECRET.search(line) and "ssl_certificate_key" not in line] == []
