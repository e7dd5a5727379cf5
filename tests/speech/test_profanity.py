"""Profanity lists: what they must and must not match."""

import unicodedata

import pytest

from scriba.speech.forms.profanity import profanity_for
from scriba.speech.language import locales

PROFANE = (
    "fuck fucks fucked fucker fuckers fucking fuckin' motherfucker motherfucker's motherfuckers "
    "motherfucking bullshit bullshitting shit shits shitty shitting shithead bitch bitches "
    "bitching asshole asshole's assholes dumbass bastard bastards cunt cunts dickhead cocksucker "
    "whore whores slut sluts wanker twat arsehole nigger faggot faggots dipshit clusterfuck"
)
INNOCENT = (
    "class classes classic classy Scunthorpe cocktail cocktails cockpit cockroach cockatoo "
    "cockerel Dick Dickens Dickinson Dickson assess assessment asset assist assistant associate "
    "assume assembly assassin ambassador bass bassoon bassist brass glass grass grassy pass "
    "passage passion mass massage embassy compass hello Hellenic shell shiitake shitake Sussex "
    "Essex Middlesex sextant sextet therapist therapists analysis analyst analogy canal "
    "grape grapes drape peacock Hancock Hitchcock Babcock woodcock shuttlecock weathercock "
    "titmouse titan title titles constitution Titus cumin cucumber cumulative accumulate document "
    "documents circumstance circumstances Penistone penalty Arsenal arsenic parse parsed "
    "Matsushita shih-tzu mishit Lightwater Cockburn Clitheroe dyke Vandyke Van raccoon tycoon "
    "cocoon Niger Nigeria Nigerian snigger niggle niggardly swank swanky Wankel twatch bitchen "
    "Fuchs Fukushima Fukuoka Pushkin wristwatch button butter butterfly buttress scrap crap damn "
    "hell darn pussycat prick tit tits organ organism sexton hoarse horse whole whom shore "
    "bastardize cuntline Kike spic chink queer gay lesbian breast suck sucker blow job"
)

ELSEWHERE = {
    "de-DE": (
        "Scheiße scheisse SCHEISSE Arschloch Arschlöcher verfickter Hurensohn Wichser",
        "Marsch Barsch scheinen Schein dick dicke Muschel Ficus hurtig Kanal Schlampigkeit "
        "schließen nutzen Wicht Schwanz Fliege",
    ),
    "fr-FR": (
        "putain merde enculé l'enculé connard salope d'enculés emmerder",
        "pitaine député réputé dispute computer mère perdre connaître connexion salon salopette "
        "reculer calculer chien chiffre niche unique pédestre",
    ),
    "es-ES": (
        "puta mierda joder cabrón gilipollas coño hijoputa",
        "computadora disputa reputación diputado año cono joderín cabra pollo chinchilla "
        "Pajero concha",
    ),
    "it-IT": (
        "cazzo stronzo vaffanculo puttana merda coglioni",
        "cazzuola calcolo culla Troia scopare merenda cogliere pompa figata",
    ),
    "pt-BR": (
        "porra caralho merda foda puta buceta",
        "computador disputa porre carvalho veado boceta pau fodelança bicha arrombado",
    ),
    "nl-NL": (
        "kut klootzak hoer godverdomme neuken lul",
        "kuit hoera hoef kluts luls kanker slot flikkeren nukkig",
    ),
    "ru-RU": (
        "блядь сука хуй хуйня пизда пиздец ёбаный ебать мудак заебал нахуй",
        "рубля сабля оскорблять употреблять сукно скука ухудшить хутор страховать хлеба "
        "учебный потребитель мудрый команда мандарин",
    ),
    "pl-PL": (
        "kurwa chuj pierdolić jebać wkurwiony spierdalaj",
        "krzywa kura chuda pedał dupa cisza jechać kurs",
    ),
    "tr-TR": ("siktir SİKTİR orospu amk göt piç", "gör götür pilav sıkı klasik müzik fizik amaç"),
    "sv-SE": ("jävla fitta kuk hora knulla", "slut fan fitness hörn kuka horisont skit"),
    "da-DK": ("fisse luder kneppe forpulet", "slut fis lund kneb pik fanden"),
    "nb-NO": ("faen fitte kuk hore jævla", "slutt pult hor høre fitness fanen"),
    "fi-FI": ("vittu vitun perkele saatana kusipää paska", "viittä vitsi paksu perhe satama huono"),
    "cs-CZ": ("kurva píča kokot čurák jebat zkurvysyn", "kurs kokos píce jehla hovor"),
    "hu-HU": ("kurva fasz geci picsa bazdmeg", "kurta fazon gép pici bazár buzgó köcsög"),
    "ro-RO": ("pula pizda muie futut căcat curvă", "popula pizza curs mulge curte"),
    "ko-KR": (
        "씨발 시발 시발은 개새끼 개새끼들 병신 존나 좆같은",
        "시발점 새끼 보지 신발 병실 걸레 지점",
    ),
    "ar-EG": ("شرموطة الشرموطة قحبة كسمك طيزك", "كسر كسب نيك خول زبدة عرض خريطة"),
    "he-IL": ("זונה הזונה שרמוטה מניאק חרא", "כוס זין מזון תזונה חרב מזומן"),
    "hi-IN": ("चूतिया मादरचोद बहनचोद भोसड़ी रंडी", "लंदन चूहा गाना बहन रंग"),
    "id-ID": ("bangsat kontol memek ngentot bajingan", "anjing konter memeluk bangsa"),
    "vi-VN": ("địt đéo lồn cặc", "đi lớn các điều đu buổi"),
    "uk-UA": ("блядь сука хуй пиздець йобаний", "шабля сукня худий любляче"),
    "el-GR": ("μαλάκα μαλάκας γαμώ πουτάνα", "μαλακός γάμος πούρο μουνταίνω"),
}


@pytest.mark.parametrize("word", PROFANE.split())
def test_profane_english_is_matched(word: str) -> None:
    assert profanity_for("en-US").matches(word)
    assert profanity_for("en-GB").matches(word.upper())


@pytest.mark.parametrize("word", INNOCENT.split())
def test_innocent_english_is_not(word: str) -> None:
    assert not profanity_for("en-US").matches(word)


def test_there_are_enough_innocent_words() -> None:
    assert len(set(INNOCENT.split())) >= 80
    assert len(set(PROFANE.split())) >= 25


@pytest.mark.parametrize("locale", ELSEWHERE)
def test_other_languages(locale: str) -> None:
    listed = profanity_for(locale)
    profane, innocent = ELSEWHERE[locale]
    assert [word for word in profane.split() if not listed.matches(word)] == []
    assert [word for word in innocent.split() if listed.matches(word)] == []


@pytest.mark.parametrize(
    ("locale", "text", "found"),
    [
        ("zh-CN", "你他妈的在干什么", ["你他妈"]),
        ("zh-TW", "去你媽的", ["去你媽"]),
        ("yue-CN", "你他妈的在干什么", ["你他妈"]),
        ("zh-CN", "我操作这台机器", []),
        ("zh-CN", "妈妈的手机和大妈的包", []),
        ("zh-CN", "杂种优势", []),
        ("ja-JP", "このクソ野郎が", ["クソ野郎"]),
        ("ja-JP", "パチンコに行ってファックスを送る", []),
        ("ja-JP", "ワンマンコンサート", []),
        ("th-TH", "ไอ้เหี้ยนี่", ["เหี้ย"]),
        ("th-TH", "เปิดหีบ", []),
    ],
)
def test_scripts_without_spaces_are_searched(locale: str, text: str, found: list[str]) -> None:
    listed = profanity_for(locale)
    assert [text[start:end] for start, end in listed.spans(text)] == found
    assert listed.matches(text) == bool(found)


def test_spans_of_a_spaced_language_are_whole_words() -> None:
    text = "Classic bullshit, my assessment."
    assert [text[a:b] for a, b in profanity_for("en-US").spans(text)] == ["bullshit"]


def test_an_apostrophe_of_any_kind_ends_a_word() -> None:
    assert profanity_for("en-US").matches("asshole’s")
    assert profanity_for("en-US").matches("bitch's")
    assert not profanity_for("en-US").matches("class's")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert profanity_for("fr-FR").matches(unicodedata.normalize("NFD", "enculé"))


def test_every_locale_has_a_list_or_none() -> None:
    for one in locales():
        assert not profanity_for(one.tag).matches("hello")
    assert len(profanity_for("fa-IR")) == 0
    assert len(profanity_for("no-such-place")) == 0
