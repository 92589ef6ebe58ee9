"""A territory as the subject of a French or an English sentence."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.territoires.territory.names import ARTICLES, of
from ckanext.territoires.territory.reference import Territory

#: How an intercommunality is called before its name, by the letters that INSEE writes.
_KINDS = {
    "CC ": "communauté de communes ",
    "CA ": "communauté d'agglomération ",
    "CU ": "communauté urbaine ",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """`name` opens a sentence, `of` completes a noun; `plural` asks for a plural verb."""

    name: str
    of: str
    plural: bool


def subject(territory: Territory, language: str) -> Subject:
    """Return "La Loire-Atlantique" and "de la Loire-Atlantique", which agree with the verb."""
    if not language.startswith("fr"):
        return Subject(_english(territory), f"of {_english(territory)}", plural=False)
    name = territory.name
    if territory.level == "arrondissement":
        arrondissement = f"arrondissement {of(name, territory.liaison)}"
        return Subject(f"L'{arrondissement}", f"de l'{arrondissement}", plural=False)
    if territory.level == "epci":
        return _intercommunality(name)
    article = ARTICLES.get(territory.liaison, "")
    complement = of(name, territory.liaison)
    if territory.level in ("departement", "region", "country-subset", "country"):
        # Files write the article of a commune with its name, never that of a département.
        bare = f"{article}{name}"
        return Subject(_capital(bare), complement, plural=territory.liaison == 4)
    return Subject(_capital(name), complement, plural=False)


def complement(territory: Territory, language: str) -> str:
    """Return "de la Loire-Atlantique", to write after "les communes"."""
    return subject(territory, language).of


def _intercommunality(name: str) -> Subject:
    for letters, words in _KINDS.items():
        if name.startswith(letters):
            long = words + name.removeprefix(letters)
            return Subject(f"La {long}", f"de la {long}", plural=False)
    folded = name.lower()
    if folded.startswith(("métropole ", "communauté ")):
        return Subject(f"La {name}", f"de la {name}", plural=False)
    vowel = folded[:1] in "aeiouyéèêàâîôû"
    if folded.startswith("eurométropole"):
        return Subject(f"L'{name}", f"de l'{name}", plural=False)
    return Subject(name, f"d'{name}" if vowel else f"de {name}", plural=False)


def _english(territory: Territory) -> str:
    if territory.level == "arrondissement":
        return f"The arrondissement of {territory.name}"
    return territory.name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
