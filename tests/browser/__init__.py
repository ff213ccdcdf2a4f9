"""Tests in a real browser.

A package, unlike its neighbours: pytest then ends what is kept for it (the browser, and with it an event loop that no
other test can live with) when the last of its tests is over, instead of with the session.
"""
