"""The errors of Scriba: one tree. The first line of a class's docstring is its message."""


class ScribaError(Exception):
    """Something went wrong."""

    def __init__(self, detail: str = "") -> None:
        message = (type(self).__doc__ or "").strip().splitlines()[0]
        super().__init__(f"{message.rstrip('.')}: {detail}" if detail else message)


class AudioError(ScribaError):
    """The audio cannot be used."""


class EmptyAudio(AudioError):
    """No audio data received."""


class UnsupportedAudio(AudioError):
    """Unsupported audio format."""


class NoAudioFrames(AudioError):
    """The audio holds no whole frame."""


class AudioTooLong(AudioError):
    """The audio is longer than this operation accepts."""


class BadChannels(AudioError):
    """The channels of the audio do not fit what was asked."""


class ReferenceTooLong(ScribaError):
    """The reference text is too long."""


class NothingToRead(ScribaError):
    """The reference text has no words."""


class AudioLost(ScribaError):
    """The audio of a phrase is not there to be assessed."""


class UnsupportedLocale(ScribaError):
    """The language is not supported."""


class QueueFull(ScribaError):
    """The recogniser has as much work as it accepts; try again shortly."""


class ModelsBusy(QueueFull):
    """The memory for models is full of models that are in use; try again shortly."""


class ModelError(ScribaError):
    """The model cannot be used."""


class ResourceError(ScribaError):
    """The resource cannot be used."""


class InvalidName(ResourceError):
    """Not a valid resource name."""


class InvalidRegion(ResourceError):
    """Not a valid region."""


class NameTaken(ResourceError):
    """A resource of this name exists already."""


class ResourceNotFound(ResourceError):
    """There is no resource of this name."""


class StorageError(ScribaError):
    """The database cannot be used."""


class OutdatedDatabase(StorageError):
    """The database was made by an older version of Scriba."""


class UnknownProperty(ScribaError):
    """The list cannot be filtered by this property."""


class EntityNotFound(ScribaError):
    """The entity does not exist."""


class FileNotKnown(ScribaError):
    """The file does not exist."""


class BlobError(ScribaError):
    """The storage of files cannot be used."""


class BlobNotFound(BlobError):
    """The content of the file is not in the storage."""


class InvalidStorage(BlobError):
    """Not a usable file storage."""


class StorageFull(BlobError):
    """The storage of files is full."""


class StorageInUse(ResourceError):
    """The resource has files in its present storage."""


class SecretError(ScribaError):
    """The server secret cannot be used."""


class SettingsError(ScribaError):
    """A setting is wrong."""


class ModelDownloadError(ModelError):
    """The model cannot be fetched."""


class CannotListen(ScribaError):
    """The server cannot listen on this address."""


class TlsError(ScribaError):
    """The certificate or its key cannot be used."""


class ProtocolError(ScribaError):
    """The message cannot be understood."""


class NetworkError(ScribaError):
    """Another host could not be used.

    `temporary` says that the same request may work later; `status` is the HTTP status, 0 if none.
    """

    def __init__(self, detail: str = "", *, temporary: bool = False, status: int = 0) -> None:
        super().__init__(detail)
        self.temporary = temporary
        self.status = status


class InvalidAddress(NetworkError):
    """The address is not valid."""


class AddressRefused(NetworkError):
    """The address may not be called from here."""


class Unreachable(NetworkError):
    """The address cannot be reached."""


class AnswerTimeout(NetworkError):
    """The address did not answer in time."""


class AnswerTooLarge(NetworkError):
    """The answer is larger than is accepted."""


class AnswerRefused(NetworkError):
    """The address did not answer with what was asked for."""


class AccessDenied(NetworkError):
    """Authentication failed for the address."""


class DatasetError(ScribaError):
    """The data cannot be used.

    `code` is the API's detailed code: `NoUtf8WithBom` for undecodable text, `QuotaViolation` for
    more than is accepted, else `InvalidDataset`.
    """

    def __init__(self, detail: str = "", *, code: str = "InvalidDataset") -> None:
        super().__init__(detail)
        self.code = code


class AlreadyCommitted(ScribaError):
    """The blocks of the dataset have been committed."""


class BlockNotFound(ScribaError):
    """The dataset does not have this block."""


class InvalidBlock(ScribaError):
    """The block cannot be taken."""


class DatasetTooLarge(ScribaError):
    """The dataset is larger than its kind allows."""


class JobsError(ScribaError):
    """Work cannot be queued or done."""


class TrainingUnavailable(ScribaError):
    """Training on recordings needs torch, which is not installed."""


class TrainingFailed(ScribaError):
    """The model could not be trained."""
