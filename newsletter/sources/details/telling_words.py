"""The words that show what a text tells of: an event, a call, a deadline, what is past; in six languages."""

import re
from functools import cache

# Beginnings of words; a cheap look for one of them spares most posts all further reading.
_EVENTS = """
conferenc conférenc conferenz konferenz conferênc congres congrès kongress workshop webinar webinai seminar
séminaire seminár symposi simposi simpósi colloqu kolloqu tagung veranstaltung fachtag kick-off kickoff convegn giornat
jornada journée summit gipfel sommet cumbre cimeira forum fórum masterclass hackathon atelier evento event encuentro
encontro incontr rencontre livestream vortrag lecture meeting school sommerschule école assembly infotag
training oficina taller
"""
_CALLS = r"""
calls? for (?:(?:project |research |grant |joint )?(?:proposals?|applications?|projects))
calls? for (?:expressions? of interest|tenders)
(?:joint )?transnational call
funding call
joint call
calls? (?:is |are )?(?:now )?open\b
(?:open|new|latest|upcoming) calls?\b
grant call
request for (?:proposals|applications)
\w*ausschreibung\w*
förderaufruf\w*
förderbekanntmachung\w*
bekanntmachung\w*
aufruf zur (?:einreichung|antragstellung)\w*
appels? (?:à|a) (?:projets|candidatures|propositions|manifestation d['\u2019]intérêt)
appel transnational
bando\b
bandi\b
avviso pubblico
invito a presentare (?:proposte|progetti)
convocatorias?\b
chamadas? (?:de|para|a) (?:propostas|projetos|candidaturas|apresentação)
chamada (?:transnacional|pública)
edital\b
aviso de abertura
concurso (?:para|de) (?:projetos|financiamento|bolsas)
"""
_FUTURE = r"""
will (?:take place|be held|host|meet|bring|gather|start|open|discuss|present)
takes place
to be held
save the date
join us
regist(?:er|ration)
sign up
upcoming
invites?\b
invited\b
findet\b
finden\b
anmeld
jetzt anmelden
einladung
lädt\b
laden\b
kommende
aura lieu
auront lieu
se tiendra
se tiendront
est organisé
inscri
à venir
rendez-vous
si terrà
si terranno
si svolgerà
avrà luogo
iscri
prossim
tendrá lugar
tendrán lugar
se celebrará
próxim
terá lugar
decorrerá
realiza-se
realizar-se-á
vai realizar
acontecerá
will \w+ (?:on|from)\b
"""
_TAKES_PLACE = r"""
will (?:take place|be held)
takes place
taking place
to be held
is (?:being )?held
save the date
join us
findet\b
finden\b
stattfinden
aura lieu
auront lieu
se tiendra
se tiendront
si terrà
si terranno
si svolgerà
avrà luogo
tendrá lugar
tendrán lugar
se celebrará
terá lugar
decorrerá
realiza-se
realizar-se-á
acontecerá
invites? (?:you|all)
lädt\b
laden\b
wird am\b
\b(?:dates?|when|datum|termin|wann|quand|datas?|quando|fechas?|cuándo)\s?:
(?:date and time|date et heure|data e ora|datum und uhrzeit)\s?:
"""
_PAST = r"""
took place
was held
were held
has been held
brought together
gathered
attended
opened by
founded
established
since\b
ended on
was (?:launched|founded|opened|published)
looking back
recap\b
fand\b
fanden\b
stattgefunden
trafen sich
gegründet
seit\b
rückblick
a eu lieu
s['\u2019]est tenue?
ont eu lieu
a réuni
fondée?
depuis\b
retour sur
si è (?:tenut|svolt)
ha avuto luogo
si sono
fondat
tuvo lugar
tuvieron lugar
se celebró
reunió
fundad
desde 20
teve lugar
decorreu
realizou-se
reuniu
balanço
"""
_CANCELLED = r"""
cancel(?:l?ed|lation)
postponed
called off
abgesagt
verschoben
annul[ée]
reporté
annullat
rinviat
cancelad
aplazad
adiad[oa]
suspendid
"""
_CLOSED = r"""
\bresults?\b
funded projects
selected
awarded
winners?
closed\b
statistics
ergebnis
gefördert\w* projekte
geschlossen
bewilligt
résultats?
lauréats?
clôturé
risultati
vincitori
chius[oa]
resultados?
ganador
cerrad
vencedor
encerrad
graduatoria
"""
# A post that offers work tells of interviews and deadlines, and is neither an event nor a call.
_WORK = r"""
jobs?\b
vacanc
open positions?\b
stellen(?:ausschreibung|angebot|anzeige)
wir suchen
offre d['\u2019]emploi
recrut
poste de
offert[ae] di lavoro
assegno di ricerca
concorso
oferta de empleo
vacante
vagas?\b
oferta de emprego
"""
_LIVE = r"""
live[- ]?stream
live[- ]?übertragung
diffusion en direct
en direct\b
diretta\b
en directo\b
en vivo\b
transmissão
ao vivo\b
watch live
web[- ]?stream
"""


def may_tell(text: str) -> bool:
    """Tell quickly whether a text of lower-case letters may hold an event or a call at all."""
    return any(stem in text for stem in _stems()) or any(stem in text for stem in _CALL_STEMS)


_CALL_STEMS = (
    "call", "request for", "ausschreibung", "aufruf", "bekanntmachung", "appel", "band", "avviso", "invito",
    "convocatoria", "chamada", "edital", "aviso", "concurso",
)  # fmt: skip


@cache
def _stems() -> tuple[str, ...]:
    return tuple(_EVENTS.split())


@cache
def event_words() -> re.Pattern[str]:
    """Match a word that names an event; German hides it at a compound's end."""
    german = "konferenz|tagung|veranstaltung|kongress|workshop|seminar|forum|gipfel|symposi|kolloqu|webinar"
    return re.compile(rf"(?:\b(?:{'|'.join(_EVENTS.split())})|(?:{german}))", re.IGNORECASE)


@cache
def call_words() -> re.Pattern[str]:
    """Match the words that name a call for applications."""
    return _pattern(_CALLS)


@cache
def future_words() -> re.Pattern[str]:
    """Match words that speak of what is to come."""
    return _pattern(_FUTURE)


@cache
def taking_place_words() -> re.Pattern[str]:
    """Match words and labels that a date of an event stands beside."""
    return re.compile(_any(_TAKES_PLACE), re.IGNORECASE)


@cache
def past_words() -> re.Pattern[str]:
    """Match words that speak of what was."""
    return _pattern(_PAST)


@cache
def cancelled_words() -> re.Pattern[str]:
    """Match words that call an event off or move it to a day that is not known."""
    return _pattern(_CANCELLED)


@cache
def closed_words() -> re.Pattern[str]:
    """Match words that tell of a call that is over."""
    return _pattern(_CLOSED)


@cache
def work_words() -> re.Pattern[str]:
    """Match words that offer a job."""
    return _pattern(_WORK)


@cache
def live_words() -> re.Pattern[str]:
    """Match words that promise a transmission."""
    return _pattern(_LIVE)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_any(words)})", re.IGNORECASE)


def _any(lines: str) -> str:
    return "|".join(lines.strip().split("\n"))
