"""The embedded Solr: its jars, its home, its schema."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .places import CONFIG, SHARED, VENV, Places
from .progress import Shell, StepError, digest
from .services import Service
from .text_files import write_atomically

SOURCES = CONFIG / "solr"
CORE = "ckan"
HEAP = "512m"


@dataclass(frozen=True)
class Program:
    """Solr's jars and launcher, in a folder named after what they are made from."""

    folder: Path

    @property
    def jars(self) -> Path:
        """The folder of the jars."""
        return self.folder / "lib"

    @property
    def classes(self) -> Path:
        """The folder of the compiled launcher."""
        return self.folder / "classes"


def program_inputs() -> str:
    """Return what decides which jars and launcher are needed."""
    return digest(*(SOURCES / name for name in ("pom.xml", "jars.sha256", "SolrServer.java")))


def program() -> Program:
    """Return the place of the program, there or not; another version never disturbs it."""
    return Program(SHARED / f"solr-{program_inputs()[:10]}")


def url(port: int) -> str:
    """Return the address that CKAN uses."""
    return f"http://127.0.0.1:{port}/solr/{CORE}"


def fetch_jars(shell: Shell) -> None:
    """Bring Solr's jars, check each against its pinned hash, and compile the launcher."""
    found = program()
    draft = Program(found.folder.with_name("solr.draft"))
    shutil.rmtree(draft.folder, ignore_errors=True)
    maven = ["mvn", "--batch-mode", "--strict-checksums", "--quiet"]
    pom = ["--file", SOURCES / "pom.xml"]
    shell.run([*maven, *pom, "dependency:copy-dependencies", f"-DoutputDirectory={draft.jars}"])
    _verify(draft.jars)
    launcher = SOURCES / "SolrServer.java"
    shell.run(["javac", "-cp", f"{draft.jars}/*", "-d", draft.classes, launcher])
    shutil.rmtree(found.folder, ignore_errors=True)
    draft.folder.rename(found.folder)


def _verify(folder: Path) -> None:
    pinned: dict[str, str] = {}
    for line in (SOURCES / "jars.sha256").read_text(encoding="utf-8").splitlines():
        expected, name = line.split()
        pinned[name] = expected
    found = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in folder.glob("*.jar")}
    if found != pinned:
        odd = sorted(name for name, _ in found.items() ^ pinned.items())
        raise StepError(f"Solr's jars are not those of config/solr/jars.sha256: {', '.join(odd)}")


def derived_schema() -> str:
    """Return the portal's schema, derived from that of the CKAN in the environment."""
    script = SOURCES / "derive_schema.py"
    command = [VENV / "bin" / "python", script]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    if outcome.returncode:
        raise StepError(outcome.stderr)
    return outcome.stdout


def write_home(places: Places) -> None:
    """Write Solr's home; the index in it is left alone."""
    core = places.solr_home / CORE
    for source in sorted((SOURCES / "core").iterdir()):
        folder = core if source.name == "core.properties" else core / "conf"
        write_atomically(folder / source.name, source.read_text(encoding="utf-8"))
    write_atomically(core / "conf" / "schema.xml", derived_schema())
    solr = SOURCES / "solr.xml"
    write_atomically(places.solr_home / "solr.xml", solr.read_text(encoding="utf-8"))


def service(places: Places, port: int) -> Service:
    """Return Solr as a service."""
    java = ["java", f"-Xmx{HEAP}", "-XX:+UseSerialGC", f"-Dsolr.log.dir={places.logs}"]
    # Its temporary files belong to the stack; its log goes to the process manager's file.
    java += [
        f"-Djava.io.tmpdir={places.solr_home}",
        "-cp",
        f"{program().classes}:{program().jars}/*",
    ]
    return Service(
        name="solr",
        command=[*java, "SolrServer", places.solr_home, str(port)],
        answers=lambda: answers(port),
        environment={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)},
    )


def answers(port: int) -> bool:
    """Tell whether the core is loaded and answers queries."""
    try:
        with urllib.request.urlopen(f"{url(port)}/admin/ping", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
