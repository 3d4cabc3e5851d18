"""Files that say nothing of their encoding are read by the letters of the language that they are written in."""

import pytest

from readers.encoding import encoding

# A header and a few rows as cities publish them, in the encoding that their desks' programs write.
WRITTEN = {
    "Swedish": ("cp1252", "område;ålder;kön\nNorrmalm;0-4 år;kvinnor\nÖstermalm;5-9 år;män\nHägersten-Älvsjö;15-19 år;män"),
    "Danish": ("cp1252", "gade;bydel\nNørrebrogade;Nørrebro\nSønder Boulevard;Vesterbro/Kongens Enghave\nÅlholmvej;Valby"),
    "Icelandic": ("cp1252", "hverfi;íbúafjöldi\nVesturbær;16000\nMiðborg;11000\nBreiðholt;22000\nÁrbær;12000"),
    "French": ("cp1252", "n° dossier;catégorie;adresse\n1;Propreté;Place de l’Hôtel de Ville\n2;Voirie dégradée;à l’angle"),
    "Italian": ("cp1252", "segnalazione;via;quantità\n1;Via Libertà;2\n2;Piazza Università;1\n3;perché è rotto;1"),
    "Polish": ("cp1250", "Nr zgłoszenia;Dzielnica\n1;Śródmieście\n2;Żoliborz\n3;Białołęka\n4;Praga-Południe"),
    "Polish, ISO": ("iso8859_2", "Nr zgłoszenia;Dzielnica\n1;Śródmieście\n2;Żoliborz\n3;Białołęka\n4;Praga-Południe"),
    "Polish, two words": ("iso8859_2", "Stacja;Temperatura [°C];Prędkość wiatru [m/s]\nMzWar1;1;2"),
    "Czech": ("cp1250", "číslo;městská část;stav\n1;Žižkov;vyřešeno\n2;Smíchov;v řešení\n3;Břevnov;uzavřeno"),
    "Hungarian": ("cp1250", "bejelentés;kerület\n1;Óbuda\n2;Újpest\n3;Kőbánya\n4;Főváros"),
    "Romanian": ("cp1250", "număr;cartier;stare\n1;Militari;soluţionat\n2;Dămăroaia;închis\n3;Pajura şi Bucureştii Noi;nou"),
    "Turkish": ("cp1254", "başvuru no;ilçe;konu\n1;Kadıköy;çöp toplama\n2;Beşiktaş;yol bozuk\n3;Şişli;aydınlatma arızası"),
    "Lithuanian": ("cp1257", "numeris;seniūnija;būsena\n1;Žirmūnai;užbaigta\n2;Šeškinė;vykdoma\n3;Antakalnis;išspręsta"),
    "Russian": ("cp1251", "номер;район;категория\n1;Тверской;Дороги\n2;Хамовники;Освещение"),
    "Russian, in capitals": ("cp1251", "НОМЕР;РАЙОН\n1;ТВЕРСКОЙ\n2;ХАМОВНИКИ\n3;ПРЕСНЕНСКИЙ"),
    "Russian, KOI8": ("koi8_r", "номер;район;категория\n1;Тверской;Дороги\n2;Хамовники;Освещение"),
    "Russian, DOS": ("cp866", "номер;район;категория\n1;Тверской;Дороги\n2;Хамовники;Освещение"),
    "Ukrainian": ("cp1251", "номер;район;категорія\n1;Шевченківський;Дороги\n2;Дніпровський;Сміття"),
    "Greek": ("cp1253", "αριθμός;δήμος;κατηγορία\n1;Κυψέλη;Οδοποιία\n2;Παγκράτι;Φωτισμός"),
    "Hebrew": ("cp1255", "מספר;שכונה;קטגוריה\n1;רמת אביב;תאורה\n2;פלורנטין;ניקיון"),
    "Arabic": ("cp1256", "رقم;المنطقة;الفئة\n1;البرشاء;الطرق\n2;ديرة;الإنارة"),
    "Thai": ("cp874", "เลขที่;เขต;ประเภท\n1;บางรัก;ถนน\n2;ปทุมวัน;แสงสว่าง"),
    "Japanese": ("cp932", "受付番号,町丁目,種別\n1,千代田区丸の内一丁目,道路の損傷\n2,中央区銀座,ごみ"),
    "Japanese, few kana": ("cp932", "測定局,測定項目,測定値\n東京,気温,12\n大阪,湿度,40"),
    "Japanese, EUC": ("euc_jp", "受付番号,町丁目,種別\n1,千代田区丸の内一丁目,道路の損傷\n2,中央区銀座,ごみ"),
    "Korean": ("cp949", "접수번호,자치구,민원유형\n1,종로구,도로\n2,중구,청소"),
    "Chinese": ("gbk", "编号,街道,类别\n1,解放路,道路\n2,中山街,照明"),
    "Chinese, traditional": ("big5", "編號,行政區,類別\n1,大安區,道路\n2,中正區,路燈"),
    "an amount in euros": ("cp1252", "item;price\nbench;12 €\nlamp;13 €\nbin;14 €"),
    "a unit in the header": ("cp1252", "time;temp °C;PM2.5 µg/m³\n1;2;3"),
    "a single letter": ("cp1252", "id;street\n1;Storgatan\n2;Ågatan"),
}


@pytest.mark.parametrize("times", [1, 30], ids=["once", "repeated"])
@pytest.mark.parametrize("language", WRITTEN)
def test_bytes_are_read_as_the_letters_of_their_language(language: str, times: int) -> None:
    """What repeats says no more than what stands once: thirty lines of one price are one word."""
    written, text = WRITTEN[language]
    head, *rows = text.split("\n")
    text = "\n".join([head, *rows * times, ""])
    assert text.encode(written).decode(encoding(text.encode(written)).name) == text


def test_the_reason_names_the_language() -> None:
    told = encoding(WRITTEN["Swedish"][1].encode("cp1252"))
    assert told.reason == "its letters are likeliest those of Swedish; say `encoding` if names look wrong"


def test_a_byte_that_is_not_of_the_encoding_does_not_turn_the_whole_file() -> None:
    assert encoding(WRITTEN["Russian"][1].encode("cp1251") + b"\n3;\x98;1\n").name == "cp1251"
