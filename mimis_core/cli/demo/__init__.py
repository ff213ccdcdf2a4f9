"""``mimis demo``: the whole main job, for the four journeys and a class of thirty, against sandboxes."""

from mimis_core.cli.demo.command import app

__all__ = ["app"]
