"""Odoo: candidates or employees are found, and a note, a tag and skills are kept on them for each share."""
