"""English words with a written form of their own: units, money, titles, streets, months."""

from scriba.speech.forms.english.words import word_list, word_set

MONTHS = word_list(
    "january february march april may june july august september october november december"
)
MONTH_NAMES = frozenset(MONTHS)
MONTH_SHORT = {name[:3]: name for name in MONTHS} | {"sept": "september"}
WEEKDAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")

# Symbol -> (singular, plural, cent singular, cent plural).
CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "", ""),
    "₩": ("won", "won", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₽": ("ruble", "rubles", "kopeck", "kopecks"),
    "₪": ("shekel", "shekels", "agora", "agorot"),
    "₺": ("lira", "lira", "kurus", "kurus"),
    "₫": ("dong", "dong", "", ""),
    "₦": ("naira", "naira", "kobo", "kobo"),
    "฿": ("baht", "baht", "satang", "satang"),
}
# "won" alone is a verb and "pounds" a weight: both need more than a number before them.
CURRENCY_WORDS = {
    word: symbol for symbol, names in CURRENCIES.items() for word in names[:2] if symbol not in "₩£"
}
CENT_WORDS = {"cent": "$", "cents": "$", "pence": "£", "penny": "£"}
MONEY_LETTERS = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion", "mm": "million"}

# Written unit -> (spoken singular, spoken plural). Matched with its case first, then without.
UNITS = {
    "km": ("kilometer", "kilometers"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "nm": ("nanometer", "nanometers"),
    "m": ("meter", "meters"),
    "km²": ("square kilometer", "square kilometers"),
    "m²": ("square meter", "square meters"),
    "m³": ("cubic meter", "cubic meters"),
    "mi": ("mile", "miles"),
    "ft": ("foot", "feet"),
    "in": ("inch", "inches"),
    "yd": ("yard", "yards"),
    "yds": ("yard", "yards"),
    "kg": ("kilogram", "kilograms"),
    "kgs": ("kilogram", "kilograms"),
    "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"),
    "L": ("liter", "liters"),
    "mph": ("mile per hour", "miles per hour"),
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "m/s": ("meter per second", "meters per second"),
    "KB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "kW": ("kilowatt", "kilowatts"),
    "MW": ("megawatt", "megawatts"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "V": ("volt", "volts"),
    "W": ("watt", "watts"),
    "mA": ("milliamp", "milliamps"),
    "mAh": ("milliamp hour", "milliamp hours"),
    "dB": ("decibel", "decibels"),
    "kcal": ("kilocalorie", "kilocalories"),
    "gal": ("gallon", "gallons"),
    "hp": ("horsepower", "horsepower"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "ms": ("millisecond", "milliseconds"),
    "sq ft": ("square foot", "square feet"),
    "°C": ("degree celsius", "degrees celsius"),
    "°F": ("degree fahrenheit", "degrees fahrenheit"),
    "°": ("degree", "degrees"),
}
UNITS_FOLDED = {unit.lower(): names for unit, names in UNITS.items()}
# Only units that prose writes as symbols come back as such; "two miles", "six feet" stay words.
_SYMBOLS = "km cm mm nm km² kg mg ml mph km/h KB MB GB TB Mbps Gbps kHz MHz GHz kW MW kWh °C °F"
SPOKEN_UNITS = {tuple(name.split()): unit for unit in _SYMBOLS.split() for name in UNITS[unit]}
TIGHT_UNITS = frozenset({"°C", "°F"})
UNIT_STARTS = frozenset(words[0] for words in SPOKEN_UNITS)

# Abbreviation without its dot -> the spoken word.
TITLES = {
    "dr": "doctor",
    "mr": "mister",
    "mrs": "missus",
    "ms": "miss",
    "prof": "professor",
    "rev": "reverend",
    "gen": "general",
    "capt": "captain",
    "lt": "lieutenant",
    "col": "colonel",
    "sgt": "sergeant",
    "sen": "senator",
    "gov": "governor",
    "rep": "representative",
    "maj": "major",
    "cpl": "corporal",
    "cmdr": "commander",
    "adm": "admiral",
    "hon": "honorable",
    "st": "saint",
}
SPOKEN_TITLES = {
    "doctor": "Dr.",
    "mister": "Mr.",
    "missus": "Mrs.",
    "misses": "Mrs.",
    "saint": "St.",
}
ABBREVIATIONS = {
    "jr": "junior",
    "sr": "senior",
    "vs": "versus",
    "etc": "et cetera",
    "approx": "approximately",
    "dept": "department",
    "govt": "government",
    "tbsp": "tablespoons",
    "tsp": "teaspoons",
    "mon": "monday",
    "tues": "tuesday",
    "thurs": "thursday",
    "fri": "friday",
    "inc": "incorporated",
    "ltd": "limited",
    "corp": "corporation",
    "ave": "avenue",
    "blvd": "boulevard",
    "rd": "road",
    "ln": "lane",
    "pkwy": "parkway",
    "hwy": "highway",
    "expy": "expressway",
    "apt": "apartment",
    "mt": "mount",
    "ft": "fort",
    "pt": "point",
}
# Abbreviated with a dot where a number follows: "p. 12".
BEFORE_NUMBERS = {
    "p": "page",
    "pp": "pages",
    "vol": "volume",
    "fig": "figure",
    "sec": "section",
    "art": "article",
    "ch": "chapter",
    "rm": "room",
    "bldg": "building",
    "ext": "extension",
    "ca": "circa",
    "max": "maximum",
    "min": "minimum",
    "avg": "average",
}
STREETS = {
    "avenue": "Ave.",
    "street": "St.",
    "boulevard": "Blvd.",
    "road": "Rd.",
    "drive": "Dr.",
    "lane": "Ln.",
    "court": "Ct.",
    "parkway": "Pkwy.",
    "highway": "Hwy.",
    "expressway": "Expy.",
}
STREET_SHORT = {short.lower().rstrip("."): name for name, short in STREETS.items()}
STATES = {
    pair.split("=")[0]: pair.split("=")[1].replace("_", " ")
    for pair in word_list(
        "AL=alabama AK=alaska AZ=arizona AR=arkansas CA=california CO=colorado CT=connecticut "
        "DE=delaware FL=florida GA=georgia HI=hawaii ID=idaho IL=illinois IN=indiana IA=iowa "
        "KS=kansas KY=kentucky LA=louisiana ME=maine MD=maryland MA=massachusetts MI=michigan "
        "MN=minnesota MS=mississippi MO=missouri MT=montana NE=nebraska NV=nevada "
        "NH=new_hampshire NJ=new_jersey NM=new_mexico NY=new_york NC=north_carolina "
        "ND=north_dakota OH=ohio OK=oklahoma OR=oregon PA=pennsylvania RI=rhode_island "
        "SC=south_carolina SD=south_dakota TN=tennessee TX=texas UT=utah VT=vermont VA=virginia "
        "WA=washington WV=west_virginia WI=wisconsin WY=wyoming"
    )
}
SYMBOLS = {
    "&": "and",
    "+": "plus",
    "=": "equals",
    "%": "percent",
    "@": "at",
    "#": "hash",
    "°": "degrees",
    "§": "section",
    "№": "number",
    "$": "dollar",
    "€": "euro",
    "£": "pound",
    "¥": "yen",
    "₩": "won",
    "₹": "rupee",
    "¢": "cents",
    "×": "times",
    "÷": "divided by",
}
TIME_ZONES = word_set("est edt cst cdt mst mdt pst pdt gmt utc cet cest bst ist jst")
# Words after which a number is a name ("gate 1", "page 1"), so that even "one" is written.
LABELS = word_set(
    "chapter page gate room step version part level figure table section channel line "
    "option press dial track route question exercise unit grade lesson type phase volume "
    "act scene platform terminal flight suite apartment box episode season series size "
    "stage tier zone division formula highway interstate extension row seat bus pier "
    "verse rule appendix"
)
# Words after which three digits are said singly or in pairs ("room two oh four").
BLOCKS = word_set("room flight suite apartment apt extension route highway interstate")
TOP_LEVEL = word_set(
    "com org net edu gov mil int info biz io ai app dev co me tv us uk ca de fr es it pt "
    "nl be ch at au nz ie in jp cn kr br mx ar ru pl se no dk fi eu za sg hk tw il ae tr "
    "gr cz hu ro ua online site tech store shop blog cloud xyz gg fm ly"
)
MONARCHS = word_set(
    "henry louis george elizabeth charles james william edward richard philip john paul "
    "pius benedict catherine frederick napoleon nicholas alexander peter ivan leo gregory "
    "innocent clement urban mary victor francis ferdinand otto leopold wilhelm harald "
    "haakon margrethe carl gustaf juan felipe alfonso ramses rameses ptolemy cleopatra"
)
FUNCTION_WORDS = word_set(
    "a an the and or but nor so yet if then than that this these those there here of in "
    "on at by to from for with without about into onto over under up down off out as is "
    "are was were be been being am do does did have has had will would can could shall "
    "should may might must not no yes i you he she it we they me him her us them my your "
    "his its our their who whom whose which what when where why how all any both each few "
    "more most other some such only own same too very just also says said say asked told "
    "called calls call see saw"
)
IDIOMS = {"twenty four seven": "24/7", "fifty fifty": "50/50"}
WRITTEN_IDIOMS = {
    "24/7": "twenty four seven",
    "50/50": "fifty fifty",
    "50-50": "fifty fifty",
    "24-7": "twenty four seven",
    "24x7": "twenty four seven",
    "9/11": "nine eleven",
}
NON_SPEECH = word_set(
    "music laughs laughter laughing applause coughs cough coughing sighs sigh inaudible "
    "silence noise cheering cheers clapping crying sobbing screaming singing blank_audio "
    "blank audio beep beeping click clicking breathing sneezes groans gasps whispers "
    "chuckles unintelligible crosstalk typing knocking ringing static wind playing "
    "background foreign speaking language chatter"
)
# What a note of no speech says of it: "(upbeat music)".
NON_SPEECH_KINDS = word_set(
    "upbeat soft gentle dramatic tense sad light eerie loud quiet suspenseful indistinct audience "
    "crowd rock jazz piano guitar instrumental classical ominous somber heavy electronic bright "
    "lively mysterious intense continues"
)
