"""The domains of large mail providers, the largest first: what a slip of the pen most likely meant."""

# The two-letter ends of domains that there are (ISO 3166-1, and eu, su, uk), but for three at which providers of `.com`
# are mistyped far more often than meant: cm, co, om.
_ENDS = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd
cf cg ch ci ck cl cn cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg
gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km
kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my
mz na nc ne nf ng ni nl no np nr nu nz pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se
sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy
uz va vc ve vg vi vn vu wf ws ye yt za zm zw
"""
_LARGE = """
gmail.com yahoo.com hotmail.com outlook.com icloud.com aol.com live.com msn.com googlemail.com me.com mac.com
proton.me protonmail.com pm.me mail.com email.com ymail.com rocketmail.com zoho.com fastmail.com hey.com tuta.com
tutanota.com hushmail.com inbox.com
gmx.de web.de gmx.net t-online.de freenet.de arcor.de gmx.com gmx.at gmx.ch gmx.fr gmx.es gmx.us gmx.li gmx.eu
gmx.co.uk gmx.info online.de posteo.de mailbox.org vodafone.de 1und1.de kabelmail.de unitybox.de yahoo.de hotmail.de
outlook.de live.de aol.de
bluewin.ch hispeed.ch sunrise.ch hotmail.ch yahoo.ch outlook.ch chello.at aon.at a1.net live.at hotmail.at yahoo.at
orange.fr free.fr laposte.net wanadoo.fr sfr.fr neuf.fr numericable.fr bbox.fr aliceadsl.fr club-internet.fr
hotmail.fr yahoo.fr outlook.fr live.fr aol.fr icloud.fr
libero.it virgilio.it alice.it tiscali.it tin.it tim.it fastwebnet.it inwind.it iol.it email.it poste.it hotmail.it
yahoo.it outlook.it live.it
telefonica.net movistar.es terra.es ono.com hotmail.es yahoo.es outlook.es live.es
sapo.pt netcabo.pt iol.pt clix.pt hotmail.pt outlook.pt live.com.pt
uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com yahoo.com.br hotmail.com.br outlook.com.br
yahoo.com.ar hotmail.com.ar outlook.com.ar live.com.ar yahoo.com.mx hotmail.com.mx outlook.com.mx live.com.mx
prodigy.net.mx yahoo.cl outlook.cl yahoo.com.co yahoo.com.pe
yahoo.co.uk hotmail.co.uk live.co.uk outlook.co.uk btinternet.com btopenworld.com sky.com virginmedia.com
blueyonder.co.uk ntlworld.com talktalk.net tiscali.co.uk googlemail.co.uk aol.co.uk yahoo.ie eircom.net live.ie
hotmail.nl live.nl outlook.nl ziggo.nl kpnmail.nl kpnplanet.nl planet.nl hetnet.nl home.nl xs4all.nl upcmail.nl
casema.nl chello.nl telfort.nl telenet.be skynet.be proximus.be scarlet.be hotmail.be live.be outlook.be yahoo.be
hotmail.dk live.dk outlook.dk mail.dk telia.com telia.se comhem.se hotmail.se live.se outlook.se yahoo.se bredband.net
online.no hotmail.no live.no outlook.no yahoo.no frisurf.no elisanet.fi kolumbus.fi luukku.com hotmail.fi saunalahti.fi
wp.pl onet.pl o2.pl interia.pl interia.eu gazeta.pl op.pl poczta.fm vp.pl tlen.pl seznam.cz centrum.cz email.cz
volny.cz post.cz atlas.cz centrum.sk azet.sk zoznam.sk post.sk freemail.hu citromail.hu t-online.hu upcmail.hu
yahoo.ro abv.bg mail.bg dir.bg net.hr siol.net yahoo.gr otenet.gr hotmail.gr windowslive.com hotmail.com.tr
mynet.com yandex.com.tr
mail.ru yandex.ru bk.ru list.ru inbox.ru rambler.ru ya.ru yandex.com yandex.by tut.by ukr.net i.ua meta.ua inbox.lv
mail.ee walla.com walla.co.il bezeqint.net netvision.net.il 012.net.il
qq.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com foxmail.com 139.com 189.cn yahoo.co.jp
docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp nifty.com naver.com daum.net hanmail.net nate.com yahoo.com.hk
yahoo.com.tw hotmail.com.tw yahoo.com.sg yahoo.com.my yahoo.com.ph yahoo.co.id yahoo.com.vn yahoo.co.th hotmail.co.th
rediffmail.com yahoo.co.in yahoo.in outlook.in
yahoo.com.au yahoo.co.nz hotmail.com.au outlook.com.au live.com.au bigpond.com bigpond.net.au optusnet.com.au
iinet.net.au tpg.com.au xtra.co.nz
comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com optonline.net
frontier.com windstream.net centurylink.net roadrunner.com yahoo.ca hotmail.ca live.ca outlook.ca shaw.ca rogers.com
sympatico.ca bell.net telus.net videotron.ca
mweb.co.za telkomsa.net webmail.co.za vodamail.co.za yahoo.co.za hotmail.co.za
"""
COUNTRY_ENDS = frozenset(_ENDS.split())
LARGE_DOMAINS = tuple(_LARGE.split())
