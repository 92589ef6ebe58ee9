"""Cut the files of figures of the demonstration from those that were published.

    python demo/files/build_figures.py COMPARATEUR FILOSOFI BPE ANCT FONJEP ZRR

COMPARATEUR is INSEE's `base_cc_comparateur.CSV`; FILOSOFI and BPE the folders that hold
`filosofi_com_2016_pdl.csv`, `filosofi_epci_2016.csv` and `bpe_ens_2018_pdl.csv`; ANCT the folder of
`pvd_geom.geojson` and its like; FONJEP `postes-fonjep-2022.json`; ZRR `zrr_2017.csv`. Objects and
rows are kept or left out whole.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

from build import DEPARTEMENTS, HERE, in_region

PROGRAMMES = {
    "pvd_geom": "petites-villes-de-demain",
    "acv_geom": "action-coeur-de-ville",
    "va_geom": "villages-d-avenir",
    "fs_geom": "france-services",
}
CODE = re.compile(r"\((\d[\dAB]\d{3})\)")


def main(*sources: Path) -> None:
    """Write the files beside this script."""
    comparateur, filosofi, bpe, anct, fonjep, zrr = sources
    archive("insee-comparateur-2021-france.zip", comparateur, (2022, 1, 12))
    archive("insee-bpe-2018.zip", bpe / "bpe_ens_2018_pdl.csv", (2018, 12, 31))
    shutil.copyfile(filosofi / "filosofi_com_2016_pdl.csv", HERE / "filosofi-com-2016.csv")
    shutil.copyfile(filosofi / "filosofi_epci_2016.csv", HERE / "filosofi-epci-2016.csv")
    for name, target in PROGRAMMES.items():
        collection = json.loads((anct / f"{name}.geojson").read_text(encoding="utf-8"))
        collection["features"] = [one for one in collection["features"] if touches(one)]
        write_json(f"{target}.geojson", collection)
    posts = json.loads(fonjep.read_text(encoding="utf-8"))
    write_json("postes-fonjep-2022.json", [p for p in posts if p["insee_dep"] in DEPARTEMENTS])
    with zrr.open(encoding="utf-8", newline="") as lines:
        kept = [line for i, line in enumerate(lines) if i == 0 or in_region(line)]
    (HERE / "zrr-2017.csv").write_text("".join(kept), encoding="utf-8", newline="")


def touches(feature: dict[str, Any]) -> bool:
    """Whether a programme has a commune of the region."""
    return any(map(in_region, CODE.findall(feature["properties"].get("liste_geo") or "")))


def archive(name: str, source: Path, day: tuple[int, int, int]) -> None:
    """Put a file in an archive that is the same each time it is made."""
    member = zipfile.ZipInfo(source.name, (*day, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(HERE / name, "w") as target:
        target.writestr(member, source.read_bytes(), compresslevel=9)


def write_json(name: str, content: Any) -> None:
    """Write one value a line."""
    text = json.dumps(content, ensure_ascii=False, indent=0)
    (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:7]))
