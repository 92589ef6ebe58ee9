"""Derive the portal's Solr schema from the one that the installed CKAN ships.

Run ``python config/solr/derive_schema.py [CKAN_SCHEMA] > schema.xml``. Deriving it, rather than
keeping a copy, lets a new CKAN bring its own changes; what the derivation relies on is checked,
so that a schema which no longer has it is refused instead of silently losing French.
"""

from __future__ import annotations

import importlib.util
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

FOLDING = {"class": "solr.ASCIIFoldingFilterFactory"}
ELISION = {"class": "solr.ElisionFilterFactory"}
KEYWORDS = {"class": "solr.KeywordMarkerFilterFactory", "protected": "protwords.txt"}
FRENCH_STEM = {"class": "solr.FrenchLightStemFilterFactory"}
ENGLISH_STEM = "solr.SnowballPorterFilterFactory"
LOWER_CASE = "solr.LowerCaseFilterFactory"

# Outlines are indexed to some 15 % of their size: a box drawn by hand is no finer, and a finer grid
# makes reindexing half as slow again.
LOCATION_TYPE = {
    "name": "location_rpt",
    "class": "solr.SpatialRecursivePrefixTreeFieldType",
    "spatialContextFactory": "JTS",
    "autoIndex": "true",
    "validationRule": "repairBuffer0",
    "prefixTree": "packedQuad",
    "distErrPct": "0.15",
    "maxDistErr": "0.001",
    "distanceUnits": "kilometers",
}
LOCATION_FIELD = {
    "name": "spatial_geom",
    "type": "location_rpt",
    "indexed": "true",
    "stored": "true",
    "multiValued": "true",
}


class UnexpectedSchemaError(ValueError):
    """CKAN's schema lacks something that the derivation changes."""


def ckan_schema_path() -> Path:
    """Return the schema of the installed CKAN, found without importing CKAN.

    Raises UnexpectedSchemaError when CKAN is not installed.
    """
    spec = importlib.util.find_spec("ckan")
    if spec is None or spec.origin is None:
        raise UnexpectedSchemaError("CKAN is not installed")
    return Path(spec.origin).parent / "config" / "solr" / "schema.xml"


def derive(source: str) -> str:
    """Return the portal's schema for CKAN's ``source``, both XML texts.

    Raises UnexpectedSchemaError when a part to change is absent.
    """
    schema = ET.fromstring(source)
    for analyzer in _analyzers(schema, "text"):
        _speak_french(analyzer)
    for name in ("text_general", "text_ngram"):
        for analyzer in _analyzers(schema, name):
            _fold_accents(analyzer)
    ET.SubElement(_one(schema, "types"), "fieldType", LOCATION_TYPE)
    ET.SubElement(_one(schema, "fields"), "field", LOCATION_FIELD)
    _keep_codes_out_of_text(schema)
    ET.indent(schema)
    return ET.tostring(schema, encoding="unicode", xml_declaration=True) + "\n"


def _one(schema: ET.Element, path: str) -> ET.Element:
    found = schema.find(path)
    if found is None:
        raise UnexpectedSchemaError(f"CKAN's Solr schema has no {path}")
    return found


def _analyzers(schema: ET.Element, field_type: str) -> list[ET.Element]:
    return _one(schema, f"types/fieldType[@name='{field_type}']").findall("analyzer")


def _position(analyzer: ET.Element, name: str) -> int:
    for position, part in enumerate(analyzer):
        if part.get("class") == name:
            return position
    raise UnexpectedSchemaError(f"an analyzer of CKAN's Solr schema has no {name}")


def _speak_french(analyzer: ET.Element) -> None:
    # Accents go before the stemmer: "prévention" and "prevention" must get the same stem.
    position = _position(analyzer, ENGLISH_STEM)
    del analyzer[position]
    for offset, attributes in enumerate((FOLDING, KEYWORDS, FRENCH_STEM)):
        analyzer.insert(position + offset, ET.Element("filter", attributes))
    for part in analyzer.findall(f"filter[@class='{FOLDING['class']}']")[1:]:
        analyzer.remove(part)
    analyzer.insert(1, ET.Element("filter", ELISION | {"ignoreCase": "true"}))


def _fold_accents(analyzer: ET.Element) -> None:
    analyzer.insert(_position(analyzer, LOWER_CASE) + 1, ET.Element("filter", FOLDING))


def _keep_codes_out_of_text(schema: ET.Element) -> None:
    # Territory identifiers live in vocab_* fields; copied into the full text, they would make
    # the word "commune" match every dataset.
    schema.remove(_one(schema, "copyField[@source='vocab_*'][@dest='text']"))


def main() -> None:
    """Print the schema derived from the file named on the command line, or from CKAN's own."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ckan_schema_path()
    sys.stdout.write(derive(path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
