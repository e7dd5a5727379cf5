"""Rules that every file of the repository keeps."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted(ROOT.glob("*.lock"))
# Written in halves, so that this file keeps the rule itself.
FORBIDDEN = [
    *(re.compile(rf"(?<![\w.~}}])/{name}/\w") for name in ("work", "root", "tmp")),
    *(re.compile(re.escape(f"{name}.org")) for name in ("pypi", "pythonhosted", "npmjs")),
]


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _texts() -> list[tuple[Path, str]]:
    texts = []
    for path in _tracked():
        try:
            texts.append((path.relative_to(ROOT), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return texts


def test_no_source_file_is_longer_than_500_lines() -> None:
    long = {
        str(path): text.count("\n")
        for path, text in _texts()
        if path.suffix == ".py" and text.count("\n") > 500
    }
    assert long == {}


def test_no_file_names_a_path_of_a_machine_or_a_registry() -> None:
    found = [
        f"{path}: {match.group()}"
        for path, text in _texts()
        for pattern in FORBIDDEN
        for match in pattern.finditer(text)
    ]
    assert found == []


def test_the_repository_stays_small() -> None:
    sizes = {path: path.stat().st_size for path in _tracked()}
    recordings = ROOT / "tests" / "data"
    assert sum(size for path, size in sizes.items() if recordings in path.parents) < 20_000_000
    models = ROOT / "src" / "scriba" / "pronunciation" / "data"
    assert sum(size for path, size in sizes.items() if models in path.parents) < 30_000_000
    assert sum(size for path, size in sizes.items() if models not in path.parents) < 28 << 20


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_hashes_and_no_address(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9._-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_locks_agree() -> None:
    assert [path.name for path in LOCKS] == [
        "requirements-bench.lock",
        "requirements-test.lock",
        "requirements.lock",
    ]
    pins = [set(re.findall(r"^(\S+==\S+)", path.read_text("utf-8"), re.M)) for path in LOCKS]
    assert pins[2] < pins[1] < pins[0]


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-test.lock": [*extras["test"], *extras["postgres"]],
        "requirements-bench.lock": extras["bench"],
    }
    for name, requirements in wanted.items():
        locked = set(re.findall(r"^(\S+)==", (ROOT / name).read_text("utf-8"), re.M))
        for requirement in requirements:
            project_name = re.match(r"[A-Za-z0-9._-]+", requirement)
            assert project_name is not None
            assert re.sub(r"[._-]+", "-", project_name.group()).lower() in locked, (
                f"{requirement} is not in {name}; run `make lock`"
            )


def test_the_shipped_sample_is_the_one_in_samples() -> None:
    for path in (ROOT / "src" / "scriba" / "data").iterdir():
        assert path.read_bytes() == (ROOT / "samples" / path.name).read_bytes()


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{path}: {target}"
        for path, text in _texts()
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
        if not (ROOT / path.parent / target).exists()
    ]
    assert broken == []


def test_the_index_of_the_documentation_names_every_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert pages == set(re.findall(r"\]\(([\w-]+\.md)\)", index))


def test_the_lock_of_the_storage_emulator_has_hashes_and_no_address() -> None:
    # npm writes "funding" and addresses of licences again: they are to be taken out.
    text = (ROOT / "tests/azurite/package-lock.json").read_text("utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert all(about.get("integrity") for name, about in packages.items() if name)
