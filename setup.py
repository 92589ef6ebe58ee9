"""Only what pyproject.toml cannot say: Babel reads its extractors from here."""

from setuptools import setup

setup(
    message_extractors={
        "ckanext/territoires": [
            ("**.py", "python", None),
            ("**.js", "javascript", None),
            ("**/templates/**.html", "ckan", None),
            ("**.yaml", "ignore", None),
        ],
    }
)
