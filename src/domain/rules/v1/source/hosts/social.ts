import type { HostTable } from '../host-table.ts';

/**
 * Social networks, forums and messengers. Facts from the CC0 list of social networks by Matomo and from GA4's published
 * source categories. Hosts of the first entry, the lesser ones of GA4's list, are named by themselves.
 */
export const SOCIAL: HostTable = {
  '':
    '=43things.com =51.com =activerain.com =activeworlds.com =airg.ca =allnurses.com =allrecipes.com ' +
    '=alumniclass.com =americantowns.com =anobii.com =answerbag.com =aolanswers.com =asmallworld.com ' +
    '=athlinks.com =awe.sm =baby-gaga.com =babyblog.ru =beforeitsnews.com =bharatstudent.com =biip.no ' +
    '=biswap.org =bit.ly =blackcareernetwork.com =blip.fm =blog.com =blog.goo.ne.jp =blog.yahoo.co.jp ' +
    '=blogg.no =bloggang.com =blogher.com =bloglines.com =blogs.com =blogsome.com =blogster.com =blurtit.com ' +
    '=bookmarks.yahoo.co.jp =bookmarks.yahoo.com =brightkite.com =brizzly.com =buzzfeed.com =cafemom.com ' +
    '=camospace.com =canalblog.com =care.com =care2.com =caringbridge.org =catster.com =cellufun.com ' +
    '=centerblog.net =chegg.com =chicagonow.com =classquest.com =cocolog-nifty.com ' +
    '=copainsdavant.linternaute.com =cozycot.com =cross.tv =cyworld.com =dailystrength.org =dianping.com ' +
    '=dogster.com =dol2day.com =doostang.com =dopplr.com =drugs-forum.com =dzone.com =edublogs.org ' +
    '=elftown.com =epicurious.com =everforo.com =exblog.jp =extole.com =faceparty.com =fanpop.com =fc2.com ' +
    '=feministing.com =filmaffinity.com =folkdirect.com =foodservice.com =forums.androidcentral.com ' +
    '=forums.crackberry.com =forums.imore.com =forums.nexopia.com =forums.webosnation.com ' +
    '=forums.wpcentral.com =fotki.com =fruehstueckstreff.org =fubar.com =gamerdna.com =gather.com ' +
    '=glassboard.com =godtube.com =goldenline.pl =goldstar.com =goo.gl =govloop.com =gowalla.com =gulli.com ' +
    '=hootsuite.com =hoverspot.com =hr.com =hubculture.com =hubpages.com =hyves.net =ibibo.com ' +
    '=imageshack.com =imageshack.us =imvu.com =insanejournal.com =internations.org =interpals.net ' +
    '=intherooms.com =irc-galleria.net =is.gd =italki.com =jammerdirect.com =jappy.com =jappy.de ' +
    '=kaboodle.com =kaneva.com =lifestream.aol.com =listal.com =listography.com =livedoor.com =mbga.jp ' +
    '=meetin.org =menuism.com =mocospace.com =mouthshut.com =movabletype.com =mubi.com =my.opera.com ' +
    '=mylife.com =mymodernmet.com =netvibes.com =nexopia.com =ngopost.org =nightlifelink.com =okwave.jp ' +
    '=oneworldgroup.org =onstartups.com =opendiary.com =oshiete.goo.ne.jp =over-blog.com =overblog.com ' +
    '=paper.li =partyflock.nl =photobucket.com =pingsta.com =playahead.se =posterous.com =pro.homeadvisor.com ' +
    '=pulse.yahoo.com =qapacity.com =quechup.com =redux.com =reunion.com =reverbnation.com =ryze.com ' +
    '=salespider.com =screenrant.com =scvngr.com =secondlife.com =sharethis.com =shvoong.com ' +
    '=sites.google.com =sociallife.com.br =socialvibe.com =spaces.live.com =spoke.com =spruz.com =ssense.com ' +
    '=stardoll.com =stickam.com =suomi24.fi =sweeva.com =talkbiznow.com =tencent.com =tinyurl.com ' +
    '=toolbox.com =travellerspoint.com =trombi.com =twoo.com =typepad.com =unblog.fr =urbanspoon.com =ushi.cn ' +
    '=vampirefreaks.com =vampirerave.com =wakoopa.com =webshots.com =weebly.com =wer-weiss-was.de =weread.com ' +
    '=wiki.answers.com =wikitravel.org =woot.com =yahoo-mbga.jp =youroom.in =zoo.gr =zooppa.com',
  '5ch': '5ch.net',
  'Academia.edu': 'academia.edu',
  Ameba: 'ameba.jp ameblo.jp',
  Ancestry: 'ancestry.{}',
  ArtStation: 'artstation.com',
  'Ask Ubuntu': 'askubuntu.com',
  Badoo: 'badoo.com',
  Bebo: 'bebo.com',
  Behance: 'behance.net',
  BeReal: 'bereal.com',
  BlackPlanet: 'blackplanet.com',
  Blogger: 'blogger.com =blogspot.com',
  Bluesky: 'bsky.app skyfeed.app bsky.social',
  Buzznet: 'buzznet.com',
  'Classmates.com': 'classmates.com',
  Clubhouse: 'clubhouse.com joinclubhouse.com',
  Couchsurfing: 'couchsurfing.org couchsurfing.com',
  Crunchyroll: 'crunchyroll.com',
  Cyworld: 'global.cyworld.com',
  Delicious: 'del.icio.us',
  'DEV Community': 'dev.to',
  DeviantArt: 'deviantart.com',
  Digg: 'digg.com',
  Diigo: 'diigo.com',
  Discord: 'discord.com discord.gg discordapp.com',
  Disqus: 'disqus.com',
  Douban: 'douban.com',
  Douyin: 'douyin.com iesdouyin.com',
  Draugiem: 'draugiem.lv',
  Dribbble: 'dribbble.com',
  Facebook: 'facebook.com fb.me fb.com fb.watch m.me',
  Fandom: 'fandom.com',
  Farcaster: 'warpcast.com farcaster.xyz',
  Fark: 'fark.com',
  Feedspot: 'feedspot.com',
  Fetlife: 'fetlife.com',
  Flickr: 'flickr.com',
  Flipboard: 'flipboard.com flip.it',
  Flixster: 'flixster.com',
  Fotolog: 'fotolog.com',
  Foursquare: 'foursquare.com',
  FriendFeed: 'friendfeed.com',
  'Friends Reunited': 'friendsreunited.com',
  Friendster: 'friendster.com',
  Gab: 'gab.com',
  'Gaia Online': 'gaiaonline.com',
  'Geni.com': 'geni.com',
  Gettr: 'gettr.com',
  GitHub: 'github.com',
  Glassdoor: 'glassdoor.{}',
  Goodreads: 'goodreads.com',
  'Google Groups': 'groups.google.com googlegroups.com',
  'Google Messages': 'messages.google.com',
  'Google+': 'plus.google.com url.google.com',
  GREE: 'gree.jp',
  GuteFrage: 'gutefrage.net',
  Habbo: 'habbo.com',
  'Hacker News': 'news.ycombinator.com hckrnews.com hn.algolia.com hackerweb.app hacker-news.news hn.premii.com',
  Hashnode: 'hashnode.com',
  Hatena: 'hatena.ne.jp',
  hi5: 'hi5.com',
  Houzz: 'houzz.{}',
  Hyves: 'hyves.nl',
  'Identi.ca': 'identi.ca',
  'Indie Hackers': 'indiehackers.com',
  Instagram: 'instagram.com ig.me instagr.am',
  Instapaper: 'instapaper.com',
  KakaoTalk: 'kakao.com kakaocorp.com',
  Kununu: 'kununu.com',
  'lang-8': 'lang-8.com',
  'Last.fm':
    'last.fm lastfm.ru lastfm.de lastfm.es lastfm.fr lastfm.it lastfm.jp lastfm.pl lastfm.com.br lastfm.se ' +
    'lastfm.com.tr',
  Lemmy: 'lemmy.world lemmy.ml',
  Letterboxd: 'letterboxd.com',
  LibraryThing: 'librarything.com',
  LINE: 'line.me',
  LinkedIn: 'linkedin.com lnkd.in',
  LiveJournal: 'livejournal.ru livejournal.com',
  Lobsters: 'lobste.rs',
  Mastodon:
    'mastodon.social mastodon.cloud mastodon.technology mastodon.xyz mastodon.at mastodon.art mamot.fr ' +
    'pawoo.net mstdn.io mstdn.jp friends.nico ro-mastodon.puyo.jp quey.org botsin.space social.tchncs.de ' +
    'knzk.me mastodont.cat bitcoinhackers.org fosstodon.org chaos.social cybre.space vis.social typo.social ' +
    'front-end.social hachyderm.io mastodon.online newsie.social mstdn.social indieweb.social sfba.social ' +
    'mas.to mstdn.party c.im mastodonapp.uk universeodon.com social.vivaldi.net ohai.social toot.community ' +
    'masto.ai mastodon.scot mastodon.world mastodon.nz graphics.social mastodon.eus mastodon.jalgi.eus ' +
    'tkm.eus joinmastodon.org social.coop mathstodon.xyz infosec.exchange techhub.social det.social',
  Medium: 'medium.com',
  Meetup: 'meetup.com',
  MeinVZ: 'meinvz.net',
  Meneame: 'meneame.net',
  Messenger: 'messenger.com',
  MeWe: 'mewe.com',
  Minds: 'minds.com',
  MissEvan: 'missevan.com',
  Mix: 'mix.com',
  Mixi: 'mixi.jp',
  'MoiKrug.ru': 'moikrug.ru',
  Multiply: 'multiply.com',
  'my.mail.ru': 'my.mail.ru',
  MyAnimeList: 'myanimelist.net',
  MyHeritage: 'myheritage.com',
  MyLife: 'mylife.ru',
  Myspace: 'myspace.com',
  myYearbook: 'myyearbook.com',
  'Nasza-klasa.pl': 'nk.pl',
  'Naver Blog': 'blog.naver.com',
  'Naver Cafe': 'cafe.naver.com',
  'Naver KiN': 'kin.naver.com',
  Netlog: 'netlog.com',
  Nextdoor: 'nextdoor.{}',
  Niconico: 'nicovideo.jp nico.ms',
  Ning: 'ning.com',
  Nostr: 'primal.net',
  Odnoklassniki: 'odnoklassniki.ru ok.ru odnoklassniki.ua',
  Orkut: 'orkut.com',
  Parler: 'parler.com',
  Peepeth: 'peepeth.com',
  Pinboard: 'pinboard.in',
  Pinterest: 'pinterest.{} pinterest.info pin.it',
  Pixelfed: 'pixelfed.social pixelfed.de pxlmo.com metapixl.com pix.toot.wales pixelfed.uno pixey.org',
  Pixiv: 'pixiv.net',
  Plaxo: 'plaxo.com',
  Plurk: 'plurk.com',
  Pocket: 'getpocket.com pocket.co',
  'Product Hunt': 'producthunt.com',
  Quora: 'quora.com',
  Qzone: 'qzone.qq.com',
  Ravelry: 'ravelry.com',
  Reddit: 'reddit.com redd.it',
  Renren: 'renren.com',
  ResearchGate: 'researchgate.net',
  'Scoop.it': 'scoop.it',
  Scribd: 'scribd.com',
  'Server Fault': 'serverfault.com',
  SHAREit: 'ushareit.com',
  Skype: 'skype.com',
  Skyrock: 'skyrock.com',
  Slashdot: 'slashdot.org',
  SlideShare: 'slideshare.net',
  SmartNews: 'smartnews.com',
  Snapchat: 'snapchat.com',
  'Sonico.com': 'sonico.com',
  SoundCloud: 'soundcloud.com gate.sc',
  SourceForge: 'sourceforge.net',
  'Stack Apps': 'stackapps.com',
  'Stack Exchange': 'stackexchange.com',
  'Stack Overflow': 'stackoverflow.com',
  StudiVZ: 'studivz.net',
  StumbleUpon: 'stumbleupon.com',
  'Super User': 'superuser.com',
  Tagged: 'tagged.com taggedmail.com',
  'Taringa!': 'taringa.net',
  Techmeme: 'techmeme.com',
  Telegram: 'telegram.org telegram.me t.me',
  Threads: 'threads.net threads.com',
  TikTok: 'tiktok.com',
  Tripadvisor: 'tripadvisor.{}',
  'Truth Social': 'truthsocial.com',
  Tuenti: 'tuenti.com',
  Tumblr: 'tumblr.com t.umblr.com',
  V2EX: 'v2ex.com',
  Viadeo: 'viadeo.com',
  Viber: 'viber.com',
  VK: 'vk.com vkontakte.ru vk.ru',
  'vkrugudruzei.ru': 'vkrugudruzei.ru',
  Wattpad: 'wattpad.com',
  WAYN: 'wayn.com',
  WeChat: 'wechat.com weixin.qq.com',
  WeeWorld: 'weeworld.com',
  Weibo: 'weibo.com t.cn weibo.cn',
  WhatsApp: 'whatsapp.com wa.me',
  wikiHow: 'wikihow.com',
  WordPress: '=wordpress.com =wordpress.org',
  Workplace: 'workplace.com',
  'X (Twitter)': 'twitter.com t.co x.com tweetdeck.com',
  Xanga: 'xanga.com',
  Xiaohongshu: 'xiaohongshu.com xhslink.com rednote.com',
  XING: 'xing.com',
  'Yahoo! Answers': 'answers.yahoo.com chiebukuro.yahoo.co.jp',
  Yammer: 'yammer.com',
  Yelp: 'yelp.{}',
  Zalo: 'zalo.me',
  Zhihu: 'zhihu.com',
};
