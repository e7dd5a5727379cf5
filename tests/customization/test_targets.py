"""What a model is trained to write."""

from scriba.customization.targets import Style, targets


def test_capitals_and_marks_come_from_what_the_model_wrote() -> None:
    texts = ["MISTER SMITH LIKES TEA HE SAID", "WE MET SMITH IN PARIS TODAY"]
    guesses = ["Mister Smith likes tea, he said.", "We met Smith and Paris today!"]
    assert targets(texts, guesses) == [
        "Mister Smith likes tea, he said.",
        "We met Smith in Paris today!",
    ]


def test_words_that_the_model_did_not_hear() -> None:
    texts = ["I CALLED PARIS", "SHE LIKES PARIS", "THEY SAW IT"]
    guesses = ["Eye cold pairs", "She likes Paris.", "Nothing like it at all, really not"]
    # How a word is mostly written stands for what was not heard; the first word is capital.
    assert targets(texts, guesses) == ["I called Paris.", "She likes Paris.", "They saw it."]


def test_what_transcripts_have_themselves_is_kept() -> None:
    texts = ["Hello, world.", "An iPhone rang; we left."]
    assert targets(texts, ["HELLO WORLD", "a phone"]) == texts
    assert targets(["hello  there", "iPhone rang", "I Go"], ["Hello, there!", "", "i go"]) == [
        "hello, there!",
        "iPhone rang.",
        "I Go.",
    ]


def test_style() -> None:
    assert Style.of(["HELLO", "YOU"]) == Style(cased=False, punctuated=False)
    assert Style.of(["hello you"]) == Style(cased=False, punctuated=False)
    assert Style.of(["Hello, you."]) == Style(cased=True, punctuated=True)
    assert Style.of(["مرحبا بك"]).cased


def test_without_spaces_nothing_is_taken_over() -> None:
    assert targets(["数据模型"], ["数据,模型。"], spaced=False) == ["数据模型"]
