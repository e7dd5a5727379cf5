"""A client made from a published document by openapi-generator, as users make theirs.

The official Python sample of batch transcription runs on such a client. The generator comes from
PyPI with its own Java, needs no network, and takes some ten seconds of one core.
"""

import importlib
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

DOCUMENTS = Path(__file__).parents[1] / "data" / "swagger"

_PARTS = "apis,models,supportingFiles,apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"
_RUN = "import sys, openapi_generator_cli as made; sys.exit(made.run(sys.argv[1:]).returncode)"


def generate(version: str, folder: Path) -> ModuleType:
    """The generated package for a version's document, written below `folder` and imported."""
    name = "made_" + version.replace(".", "_").replace("-", "_")
    options = {
        "-g": "python",
        "-i": str(DOCUMENTS / version / "speechtotext.json"),
        "-o": str(folder),
        "--package-name": name,
        "--global-property": _PARTS,
        # The document's name is also that of the class that all generated models extend.
        "--model-name-mappings": "BaseModel=SpeechBaseModel",
    }
    words = [word for pair in options.items() for word in pair]
    done = subprocess.run(
        [sys.executable, "-c", _RUN, "generate", *words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    sys.path.insert(0, str(folder))
    try:
        with warnings.catch_warnings():
            # The document has a property `copy`, which pydantic's models have as well.
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
