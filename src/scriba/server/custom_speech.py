"""The operations of custom speech: datasets, models, evaluations, endpoints, and projects."""

from scriba.resources.entity import Kind
from scriba.server import (
    dataset_blocks,
    dataset_upload,
    datasets,
    endpoint_logs,
    endpoints,
    evaluations,
    model_copy,
    models,
    projects,
    transcriptions,
)

GROUPS = {
    Kind.DATASET: datasets.DATASETS,
    Kind.MODEL: models.OWN_MODELS,
    Kind.EVALUATION: evaluations.EVALUATIONS,
    Kind.ENDPOINT: endpoints.ENDPOINTS,
    Kind.TRANSCRIPTION: transcriptions.TRANSCRIPTIONS,
}
"""The handlers of each kind that may be part of a project."""

OPERATIONS = [
    *datasets.OPERATIONS,
    *dataset_upload.OPERATIONS,
    *dataset_blocks.OPERATIONS,
    *models.OPERATIONS,
    *model_copy.OPERATIONS,
    *evaluations.OPERATIONS,
    *endpoints.OPERATIONS,
    *endpoint_logs.OPERATIONS,
    *projects.operations(GROUPS),
]
"""All of them; those of the base models stand in `base_models`."""
