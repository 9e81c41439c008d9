"""Pages as the systems of partners write them, in six languages: our own words between what such systems put around."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """A page, and what it says: the body's first and last words, and words that are the site's and not the post's."""

    name: str
    html: str
    title: str
    published: str  # ISO date; empty: none is declared
    begins: str
    ends: str
    foreign: tuple[str, ...]
    apart: str = ""  # stays in the body and never reaches an excerpt


WORDPRESS = SitePage(
    name="wordpress",
    html="""<!DOCTYPE html><html lang="en-GB"><head><title>Five perspectives on 2030 &#8211; Partner Agency</title>
<meta property="og:site_name" content="Partner Agency">
<meta property="og:title" content="Five perspectives on 2030 &#8211; Partner Agency">
<script type="application/ld+json">{"@context":"https://schema.org",
"@graph":[{"@type":"WebSite","name":"Partner Agency"},
{"@type":"NewsArticle","headline":"Five perspectives on 2030","datePublished":"2026-11-20T09:30:00+01:00",
"author":{"@type":"Person","name":"Ada Example"},"image":{"url":"https://site.example/five.jpg"}}]}</script></head>
<body class="single"><nav><ul><li><a href="/">Home</a></li><li><a href="/calls">Calls</a></li></ul></nav>
<div class="breadcrumbs">Home » News » Five perspectives on 2030</div>
<article class="post"><h1 class="entry-title">Five perspectives on 2030</h1><div class="entry-meta">3 min read</div>
<div class="entry-content"><p>A vision paper describes how personalised approaches can lead to medicine that is more
effective, of economic value, and open to all citizens by the year 2030.</p>
<p>It looks at informed citizens, informed health providers, health systems, data and economic value, and was worked
out with experts from Europe and beyond.</p>
<h3>Related posts</h3><ul><li><a href="/a">A call for rare diseases</a></li><li><a href="/b">Who pays?</a></li></ul>
<p>The paper goes back to a conference of November 2018, where four hundred people discussed what medicine needs to
become personal: people who know their rights, clinics that share what they learn, and funders who stay for longer than
one programme lasts.</p>
<p>It will be revised every third year, after a public consultation that everybody is invited to take part in, whether
as a patient, a clinician, a researcher or a funder of research.</p></div>
<p>Tags: <a href="/tag/vision">vision</a>, <a href="/tag/2030">2030</a></p><p>Share on Facebook</p></article>
<aside><h3>Recent posts</h3><ul><li><a href="/c">Livestream of the conference</a></li></ul></aside>
<footer><p>Subscribe to our newsletter</p><p>© 2026 Partner Agency</p></footer></body></html>""",
    title="Five perspectives on 2030",
    published="2026-11-20",
    begins="A vision paper describes",
    ends="a funder of research.",
    foreign=("rare diseases", "Who pays", "Livestream", "Tags", "Share", "Home", "min read", "Subscribe"),
)

GERMAN = SitePage(
    name="german ministry without article markup",
    html="""<html lang="de"><head><title>Ministerium für Forschung - Erste Konferenz in Berlin eröffnet</title>
<meta name="DC.date" content="2026-11-20"></head><body><div id="wrapper">
<div class="skip"><a href="#c">Direkt zum Inhalt</a></div>
<div class="nav"><ul><li><a href="/">Startseite</a></li><li><a href="/presse">Presse</a></li></ul></div>
<div class="path">Startseite \u203a Presse \u203a Pressemitteilungen</div>
<div id="c"><h1>Erste Konferenz in Berlin eröffnet</h1>
<div class="text">Rund 400 Fachleute aus mehr als 40 Ländern beraten in Berlin über die personalisierte Medizin. Die
Ministerien für Gesundheit und für Forschung haben die Konferenz am Dienstag gemeinsam eröffnet.</div>
<div class="text">Gezeigt werden Beispiele für Lungenkrebs, seltene Erkrankungen und Hypercholesterinämie. Ein
Livestream überträgt alle Vorträge, die später auch als Aufzeichnung zu sehen sein werden.</div>
<div><strong>Kontakt</strong></div><div>Pressestelle, Frau Beispiel, Telefon 0123 4567</div>
<div>Teilen auf Facebook</div><div>Seite drucken</div><div>Stand: 20.11.2026</div><div>Nach oben</div>
<div>Wir verwenden Cookies. Alle akzeptieren</div></div></div></body></html>""",
    title="Erste Konferenz in Berlin eröffnet",
    published="2026-11-20",
    begins="Rund 400 Fachleute",
    ends="Telefon 0123 4567",
    foreign=("Direkt", "Startseite", "Teilen", "drucken", "Stand:", "Nach oben", "Cookies"),
    apart="Beispiel, Telefon",
)

FRENCH = SitePage(
    name="french funder",
    html="""<html lang="fr"><head><title>Un appel pour les maladies rares | Agence</title></head><body>
<header><a href="/">Agence</a></header><main><h1>Un appel pour les maladies rares</h1><p>Publié le 20 novembre 2026</p>
<p>Dix pays financent ensemble des équipes de recherche qui étudient les maladies rares et leurs traitements, avec les
associations de patients dès le début du projet.</p>
<p>Les équipes de trois pays au moins déposent un projet commun avant la fin du mois de janvier, et les résultats sont
annoncés au printemps.</p><p>À lire aussi : Une journée à Paris</p><p>Partager</p>
<p>Abonnez-vous à notre newsletter</p><p>Haut de page</p></main></body></html>""",
    title="Un appel pour les maladies rares",
    published="2026-11-20",
    begins="Dix pays financent",
    ends="au printemps.",
    foreign=("À lire aussi", "Partager", "Abonnez", "Haut de page"),
)

ITALIAN = SitePage(
    name="italian institute in tables",
    html="""<html lang="it"><head><title>Prevenzione personalizzata: un bando comune</title></head><body>
<table width="100%"><tr><td><a href="/">Home</a></td><td><a href="/n">Notizie</a></td></tr></table>
<table><tr><td width="150"><a href="/1">Uno</a><br><a href="/2">Due</a></td><td>
<h1>Prevenzione personalizzata: un bando comune</h1><p>20 novembre 2026</p>
<p>Otto regioni mettono insieme dati e campioni per capire chi si ammala e perché, e invitano gli ospedali a partecipare
con i loro registri.</p><p>Il progetto dura tre anni e i risultati saranno aperti a tutti, anche ai cittadini che hanno
dato il loro consenso.</p><p>Leggi tutto</p><p>12 visualizzazioni</p><p>Torna su</p></td></tr></table></body></html>""",
    title="Prevenzione personalizzata: un bando comune",
    published="2026-11-20",
    begins="Otto regioni",
    ends="il loro consenso.",
    foreign=("Notizie", "Due", "Leggi tutto", "visualizzazioni", "Torna su"),
)

SPANISH = SitePage(
    name="spanish institute",
    html="""<html lang="es"><head><title>Instituto de Salud: Formación en genómica clínica</title>
<meta property="og:site_name" content="Instituto de Salud"></head><body><nav><a href="/">Inicio</a></nav>
<article><header><h1>Formación en genómica clínica</h1><time datetime="2026-11-20">20 de noviembre</time></header>
<p>Un curso en línea enseña a los médicos de familia a leer los resultados de un estudio genómico y a explicarlos a sus
pacientes con palabras sencillas.</p><p>El curso es gratuito, dura seis semanas y empieza en enero; al final los
participantes reciben un certificado del instituto.</p></article>
<p>Noticias relacionadas</p><p><a href="/o">Otra noticia</a></p><p>Volver arriba</p></body></html>""",
    title="Formación en genómica clínica",
    published="2026-11-20",
    begins="Un curso en línea",
    ends="certificado del instituto.",
    foreign=("Inicio", "Otra noticia", "Volver"),
)

PORTUGUESE = SitePage(
    name="portuguese foundation",
    html="""<html lang="pt"><head><title>Dados de saúde para todos - Fundação</title></head><body>
<div class="menu"><a href="/">Início</a> <a href="/n">Notícias</a></div><div><h1>Dados de saúde para todos</h1>
<p>Publicado em 20/11/2026</p><p>Onze países descrevem amostras e registos da mesma maneira, para que um hospital possa
usar o que um biobanco estrangeiro recolheu com o consentimento das pessoas.</p>
<p>A proposta foi discutida com doentes e investigadores e entra em vigor no próximo ano, depois de uma consulta pública
aberta a todos.</p><p>Compartilhar no Facebook</p><p>Leia também: Outra notícia</p>
<p>Voltar ao topo</p></div></body></html>""",
    title="Dados de saúde para todos",
    published="2026-11-20",
    begins="Onze países",
    ends="aberta a todos.",
    foreign=("Início", "Compartilhar", "Outra notícia", "Voltar"),
)

SITES = (WORDPRESS, GERMAN, FRENCH, ITALIAN, SPANISH, PORTUGUESE)
