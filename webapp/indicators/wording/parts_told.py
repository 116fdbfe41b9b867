"""Each part of a figure told in full: what it reads, from where, how it is weighed, what is left out, what helps.

The policies are those of `webapp.indicators.components`; here they are said as a clerk would say them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from webapp.indicators.components import registry


@dataclass(frozen=True, slots=True)
class PartTold:
    """`reads`: what counts. `source`: where it is recorded. `weighed`: how it becomes a number, sentence by sentence.
    `left_out`: what never counts. `helps`: what an officer can do about it himself."""

    reads: LazyString
    source: LazyString
    weighed: tuple[LazyString, ...]
    left_out: tuple[LazyString, ...]
    helps: tuple[LazyString, ...]


#: Every component of the registry.
TOLD: Final[Mapping[str, PartTold]] = {
    registry.SATISFACTION: PartTold(
        reads=_l(
            "Penilaian 1 sampai 4 dari warga yang Anda layani. Bila instansi memilihnya, juga unsur kompetensi dan "
            "perilaku pelaksana, dan sebagian unsur waktu."
        ),
        source=_l(
            "Penilaian lewat struk kunjungan, kode QR di loket, portal, dan obrolan. Kaitannya dengan Anda dari struk, "
            "catatan loket, jadwal jaga, atau putusan triase."
        ),
        weighed=(
            _l(
                "Nilai 1 dihitung 0, nilai 2 sepertiga, nilai 3 dua pertiga, nilai 4 penuh. Tiap penilaian "
                "dibandingkan dengan yang biasa untuk layanan dan saluran itu, bukan dengan petugas lain."
            ),
            _l(
                "Penilaian tanpa struk kunjungan dihitung seperempat suara. Beberapa penilaian dari orang yang sama "
                "dihitung kira-kira satu suara. Lonjakan pada satu hari atau satu minggu, dan banyak penilaian tanpa "
                "struk di samping sedikit yang berstruk, dihitung sedikit."
            ),
            _l(
                "Pengaduan tentang Anda yang terbukti, dan yang bukan tentang sikap atau ketepatan, dihitung sebagai "
                "satu penilaian terendah."
            ),
            _l("Nilai 4 tidak pernah menurunkan angka Anda, dan nilai 1 tidak pernah menaikkannya."),
        ),
        left_out=(
            _l("Unsur persyaratan, prosedur, biaya, sarana, dan lainnya: itu milik unit kerja."),
            _l("Penilaian yang kaitannya dengan Anda terlalu lemah: masuk ke unit kerja."),
        ),
        helps=(
            _l(
                "Jelaskan di awal berapa lama urusannya dan apa langkah berikutnya; warga menilai rendah bila tidak "
                "tahu apa yang terjadi."
            ),
            _l("Bila harus menolak, sebutkan apa yang kurang dan di mana mengurusnya, lalu tuliskan."),
            _l(
                "Mintalah semua warga menilai, juga yang tidak puas. Makin banyak yang menilai, makin kecil pengaruh "
                "satu orang."
            ),
        ),
    ),
    registry.SPEED: PartTold(
        reads=_l(
            "Waktu Anda melayani tiap kunjungan, waktu loket Anda kosong padahal ada yang menunggu, dan waktu berkas "
            "berada di tangan Anda."
        ),
        source=_l("Catatan antrean dan loket, dan riwayat tahap berkas. Tidak ada yang perlu Anda isi."),
        weighed=(
            _l(
                "Waktu melayani dibandingkan dengan yang biasa untuk layanan itu setahun terakhir: sama dengan biasa "
                "bernilai tengah, separuhnya penuh, dua kalinya nol. Lebih cepat dari separuhnya tidak menambah "
                "apa-apa."
            ),
            _l(
                "Waktu menunggu hanya dihitung bila loket Anda kosong lebih dari dua menit sementara ada yang "
                "menunggu. Antrean panjang bukan kesalahan Anda."
            ),
            _l("Berkas dibandingkan dengan standar tahapnya dalam jam kerja; jeda di luar kendali Anda dikeluarkan."),
            _l(
                "Bobotnya kira-kira empat perlima waktu melayani dan seperlima waktu menunggu. Satu hari di satu "
                "layanan menjadi satu catatan."
            ),
        ),
        left_out=(
            _l("Jeda karena server pusat, blangko, verifikasi instansi lain, atau pemohon."),
            _l("Waktu menunggu karena antrean penuh atau loket kurang."),
        ),
        helps=(
            _l(
                "Lihat layanan yang paling lama dibandingkan dengan yang biasa, dan tanyakan rekan yang sering "
                "menanganinya."
            ),
            _l(
                "Catat jeda di berkas begitu terjadi (server, blangko, menunggu pemohon), supaya waktunya tidak "
                "dihitung atas nama Anda."
            ),
            _l("Panggil nomor berikutnya dalam dua menit setelah selesai, atau tandai istirahat."),
        ),
    ),
    registry.ACCURACY: PartTold(
        reads=_l(
            "Tiap kunjungan dan tahap berkas yang Anda selesaikan, berkas yang kembali karena kekeliruan di tahap "
            "Anda, dan pengaduan keterangan atau data salah yang terbukti."
        ),
        source=_l("Catatan loket dan berkas, dan putusan atas pengaduan."),
        weighed=(
            _l(
                "Tiap kunjungan atau berkas yang selesai dihitung benar; yang kembali karena kekeliruan, atau "
                "pengaduan yang terbukti, dihitung salah. Makin banyak yang Anda selesaikan, makin kecil pengaruh satu "
                "kekeliruan."
            ),
        ),
        left_out=(
            _l("Berkas yang kembali karena syarat pemohon kurang, atau karena sebab di luar kendali Anda."),
            _l("Pengaduan yang belum atau tidak terbukti."),
        ),
        helps=(
            _l("Baca ulang nama, tanggal, dan nomor bersama pemohon sebelum berkas dilanjutkan."),
            _l("Lihat berkas yang kembali bersama atasan Anda: sering kali kekeliruannya sejenis."),
        ),
    ),
    registry.COMPLAINT_HANDLING: PartTold(
        reads=_l(
            "Jawaban pengaduan yang Anda berikan: tepat waktu atau tidak, diterima atau disanggah pelapor, dibuka lagi "
            "atau tidak. Juga pengaduan di meja Anda yang lewat batas tanpa jawaban."
        ),
        source=_l("Riwayat pengaduan dan jam batasnya, dan jawaban pelapor."),
        weighed=(
            _l(
                "Tepat waktu empat bagian, diterima pelapor empat bagian, tidak dibuka lagi dua bagian. Pelapor yang "
                "diam tidak dihitung menerima dan tidak dihitung menolak."
            ),
            _l(
                "Pengaduan yang lewat batas di meja Anda dihitung nol sampai dijawab. Jawaban terlambat selalu lebih "
                "baik daripada tidak menjawab."
            ),
        ),
        left_out=(
            _l("Waktu ketika jam berhenti: menunggu pelapor, atau hari libur."),
            _l(
                "Jawaban dengan sebab di luar kendali Anda, salinan pengaduan yang digabung, dan pengaduan Anda "
                "sendiri."
            ),
        ),
        helps=(
            _l("Mulai dari yang tenggatnya paling dekat; daftar Laporan saya sudah urut begitu."),
            _l(
                "Jawab apa yang ditanyakan, sebutkan apa yang sudah dilakukan dan kapan selesai. Jawaban tanpa "
                "tindakan paling sering disanggah."
            ),
            _l("Bila bukan urusan Anda, kembalikan hari itu juga supaya tidak lewat batas di meja Anda."),
        ),
    ),
    registry.CONDUCT: PartTold(
        reads=_l(
            "Semua kunjungan dan berkas yang Anda layani, dan pengaduan tentang sikap atau permintaan uang yang "
            "terbukti."
        ),
        source=_l("Catatan loket dan berkas, dan putusan atas pengaduan."),
        weighed=(
            _l(
                "Tiap orang yang dilayani tanpa pengaduan dihitung baik; pengaduan sikap yang terbukti dihitung tidak. "
                "Yang dilihat bagiannya dari semua yang dilayani, bukan jumlahnya."
            ),
            _l("Pengaduan yang hanya masuk dan belum diputus tidak mengubah apa pun."),
        ),
        left_out=(
            _l("Pengaduan yang tidak terbukti, atau yang tidak pasti menyangkut Anda."),
            _l("Nilai rendah pada penilaian: itu sudah ada di Kepuasan warga."),
        ),
        helps=(
            _l("Bila ada warga yang marah, minta rekan atau atasan mendampingi sejak awal."),
            _l("Bicarakan pengaduan yang terbukti dengan atasan Anda, dan bila itu bukan Anda, ajukan keberatan."),
        ),
    ),
    registry.TIME_DISCIPLINE: PartTold(
        reads=_l(
            "Apakah loket Anda mulai pada jam jaganya, tidak ditutup sebelum waktunya selagi orang menunggu, dan "
            "tanggal selesai berkas yang ditepati."
        ),
        source=_l("Jadwal jaga, catatan loket, dan tanggal selesai yang dijanjikan pada berkas."),
        weighed=(
            _l(
                "Mulai sampai lima menit sesudah jam jaga dihitung tepat; sesudahnya berkurang sampai nol pada satu "
                "jam."
            ),
            _l("Menutup lebih awal hanya dihitung bila masih ada yang menunggu."),
            _l("Tanggal selesai berkas dihitung tidak ditepati hanya bila keterlambatannya terjadi di tangan Anda."),
        ),
        left_out=(
            _l("Hari jaga tanpa catatan sama sekali: cuti, sakit, atau digantikan."),
            _l("Loket yang ditutup atasan, dan keterlambatan karena sebab di luar kendali Anda."),
        ),
        helps=(
            _l(
                "Bila jadwal jaga tidak cocok dengan kenyataan, minta atasan membetulkannya; hitungan mengikuti jadwal."
            ),
            _l("Bila datang terlambat karena tugas lain, minta jadwalnya diubah hari itu juga."),
        ),
    ),
    registry.TARGET: PartTold(
        reads=_l(
            "Yang sudah Anda selesaikan dibandingkan dengan target triwulan dalam rencana kerja yang Anda dan atasan "
            "sepakati."
        ),
        source=_l("Catatan kunjungan, berkas, dan jawaban; dan hitungan Anda sendiri yang sudah dibenarkan atasan."),
        weighed=(
            _l(
                "Tiap akhir bulan dibandingkan dengan bagian target yang seharusnya sudah selesai. Tepat target "
                "bernilai empat perlima, seperempat di atas target penuh. Bulan pertama yang lemah dapat dikejar."
            ),
            _l(
                "Bila makin sedikit makin baik, targetnya batas rata-rata sebulan: tepat di batas bernilai empat "
                "perlima, seperempat di bawahnya penuh, dua kali batas nol. Bulan yang tidak dilaporkan dihitung dua "
                "kali batas."
            ),
        ),
        left_out=(
            _l("Bulan yang hitungannya masih menunggu atasan."),
            _l("Rencana kerja yang belum disepakati."),
        ),
        helps=(
            _l("Bila targetnya tidak masuk akal lagi, ajukan perubahan rencana kerja sebelum triwulan berakhir."),
            _l("Laporkan hitungan sendiri tiap bulan dengan buktinya, supaya atasan dapat membenarkannya."),
        ),
    ),
}
