"""Written units and what they are called: "5 km" is said "fünf kilometer"."""

# Written unit -> (one, many). Matched with its case first, then without.
Units = dict[str, tuple[str, str]]


def _units(text: str) -> Units:
    units: Units = {}
    for entry in text.split(";"):
        written, _, names = entry.strip().partition("=")
        one, _, many = names.partition("|")
        for each in written.split(","):
            units[each] = one, many or one
    return units


UNITS = {
    "de": _units(
        "km=kilometer;m=meter;cm=zentimeter;mm=millimeter;km²=quadratkilometer;m²,qm=quadratmeter;"
        "m³=kubikmeter;km/h=kilometer pro stunde;kg=kilogramm;g=gramm;mg=milligramm;t=tonne|tonnen;"
        "l=liter;ml=milliliter;°C=grad celsius;°=grad;"
        "kWh=kilowattstunde|kilowattstunden;kW=kilowatt;"
        "MHz=megahertz;GHz=gigahertz;Hz=hertz;GB=gigabyte;MB=megabyte;TB=terabyte;"
        "Std=stunde|stunden;Min,min=minute|minuten;Sek,sek=sekunde|sekunden;"
        "Mio=million|millionen;Mrd=milliarde|milliarden"
    ),
    "fr": _units(
        "km=kilomètre|kilomètres;m=mètre|mètres;cm=centimètre|centimètres;mm=millimètre|millimètres;"
        "km²=kilomètre carré|kilomètres carrés;m²=mètre carré|mètres carrés;"
        "m³=mètre cube|mètres cubes;km/h=kilomètre heure|kilomètres heure;kg=kilo|kilos;"
        "g=gramme|grammes;mg=milligramme|milligrammes;l,L=litre|litres;ml=millilitre|millilitres;"
        "°C=degré celsius|degrés celsius;°=degré|degrés;kWh=kilowattheure|kilowattheures;Hz=hertz;"
        "Go=gigaoctet|gigaoctets;Mo=mégaoctet|mégaoctets;To=téraoctet|téraoctets;"
        "min=minute|minutes;sec=seconde|secondes"
    ),
    "es": _units(
        "km=kilómetro|kilómetros;m=metro|metros;cm=centímetro|centímetros;mm=milímetro|milímetros;"
        "km²=kilómetro cuadrado|kilómetros cuadrados;m²=metro cuadrado|metros cuadrados;"
        "m³=metro cúbico|metros cúbicos;km/h=kilómetro por hora|kilómetros por hora;"
        "kg=kilo|kilos;g=gramo|gramos;mg=miligramo|miligramos;l,L=litro|litros;"
        "ml=mililitro|mililitros;°C=grado centígrado|grados centígrados;°=grado|grados;"
        "kWh=kilovatio hora|kilovatios hora;"
        "Hz=hercio|hercios;GB=gigabyte|gigabytes;MB=megabyte|megabytes;min=minuto|minutos;"
        "h=hora|horas;seg=segundo|segundos"
    ),
    "pt": _units(
        "km=quilômetro|quilômetros;m=metro|metros;cm=centímetro|centímetros;mm=milímetro|milímetros;"
        "km²=quilômetro quadrado|quilômetros quadrados;m²=metro quadrado|metros quadrados;"
        "m³=metro cúbico|metros cúbicos;km/h=quilômetro por hora|quilômetros por hora;"
        "kg=quilo|quilos;g=grama|gramas;mg=miligrama|miligramas;l,L=litro|litros;"
        "ml=mililitro|mililitros;°C=grau celsius|graus celsius;°=grau|graus;"
        "kWh=quilowatt hora|quilowatts hora;"
        "Hz=hertz;GB=gigabyte|gigabytes;MB=megabyte|megabytes;min=minuto|minutos;"
        "seg=segundo|segundos"
    ),
    "it": _units(
        "km=chilometro|chilometri;m=metro|metri;cm=centimetro|centimetri;mm=millimetro|millimetri;"
        "km²=chilometro quadrato|chilometri quadrati;m²=metro quadrato|metri quadrati;"
        "m³=metro cubo|metri cubi;km/h=chilometro orario|chilometri orari;kg=chilo|chili;"
        "g=grammo|grammi;mg=milligrammo|milligrammi;l,L=litro|litri;ml=millilitro|millilitri;"
        "°C=grado celsius|gradi celsius;°=grado|gradi;kWh=chilowattora;Hz=hertz;"
        "GB=gigabyte;MB=megabyte;min=minuto|minuti;sec=secondo|secondi"
    ),
}
_FOLDED = {
    language: {written.lower(): names for written, names in units.items()}
    for language, units in UNITS.items()
}
# Units that are abbreviated with a dot, which ends no sentence.
DOTTED = frozenset({"std", "min", "sek", "mio", "mrd", "seg", "sec"})


def unit(written: str, language: str) -> tuple[str, str] | None:
    """The singular and plural of a written unit ("km", "°C") in a language, None for no unit."""
    written = written.replace("° ", "°")
    if names := UNITS.get(language, {}).get(written):
        return names
    return _FOLDED.get(language, {}).get(written.lower())
