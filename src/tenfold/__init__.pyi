# The public names, once: type checkers read them here, and so does __init__.py. The name of a room, such as `data`,
# brings its modules: `tenfold.data.datasets`.
from collections.abc import Callable
from types import ModuleType

from tenfold import adapt as adapt
from tenfold import calibrate as calibrate
from tenfold import data as data
from tenfold import doctor as doctor
from tenfold import draw as draw
from tenfold import explain as explain
from tenfold import learn as learn
from tenfold import model as model
from tenfold import page as page
from tenfold import picture as picture
from tenfold import read as read
from tenfold import report as report
from tenfold import serve as serve
from tenfold.adapt.digits import AdaptedDigits as AdaptedDigits
from tenfold.adapt.digits import adapt_digits as adapt_digits
from tenfold.adapt.lines import AdaptedLines as AdaptedLines
from tenfold.adapt.lines import adapt_lines as adapt_lines
from tenfold.arrays import Classifier as Classifier
from tenfold.arrays import Recognizer as Recognizer
from tenfold.calibrate.pages import CalibratedKind as CalibratedKind
from tenfold.calibrate.pages import LabelledPages as LabelledPages
from tenfold.calibrate.pages import calibrate_on_pages as calibrate_on_pages
from tenfold.calibrate.pictures import CalibratedPictures as CalibratedPictures
from tenfold.calibrate.pictures import calibrate_on_pictures as calibrate_on_pictures
from tenfold.data.catalogue import DATASETS as DATASETS
from tenfold.data.catalogue import Dataset as Dataset
from tenfold.data.datasets import NamedImages as NamedImages
from tenfold.data.datasets import load_data as load_data
from tenfold.data.datasets import load_examples as load_examples
from tenfold.data.datasets import load_images as load_images
from tenfold.data.datasets import save_data as save_data
from tenfold.data.datasets import save_examples as save_examples
from tenfold.data.examples import Examples as Examples
from tenfold.data.faults import Fault as Fault
from tenfold.doctor.diagnose import Diagnosis as Diagnosis
from tenfold.doctor.diagnose import diagnose as diagnose
from tenfold.errors import DataError as DataError
from tenfold.errors import FetchError as FetchError
from tenfold.errors import FormError as FormError
from tenfold.errors import ModelError as ModelError
from tenfold.errors import OptionError as OptionError
from tenfold.errors import OvertimeError as OvertimeError
from tenfold.errors import PictureError as PictureError
from tenfold.errors import TenfoldError as TenfoldError
from tenfold.errors import TrainingError as TrainingError
from tenfold.explain.flips import Flip as Flip
from tenfold.explain.neighbours import Neighbour as Neighbour
from tenfold.explain.page import write_explanation as write_explanation
from tenfold.explain.picture import PictureExplanation as PictureExplanation
from tenfold.explain.picture import explain_picture as explain_picture
from tenfold.explain.strokes import Decisive as Decisive
from tenfold.learn.classifier import DigitClassifier as DigitClassifier
from tenfold.learn.export import save_module as save_module
from tenfold.learn.fitting import FittedRecipe as FittedRecipe
from tenfold.learn.quantize import to_int8 as to_int8
from tenfold.learn.recipes import RECIPES as RECIPES
from tenfold.learn.recipes import TrainingOptions as TrainingOptions
from tenfold.learn.recipes import recipe as recipe
from tenfold.learn.run import TrainingRun as TrainingRun
from tenfold.learn.run import train_model as train_model
from tenfold.learn.seeds import SeedRuns as SeedRuns
from tenfold.learn.seeds import train_seeds as train_seeds
from tenfold.learn.training import Trained as Trained
from tenfold.learn.training import train as train
from tenfold.model.compare import Comparison as Comparison
from tenfold.model.compare import compare as compare
from tenfold.model.description import Epoch as Epoch
from tenfold.model.description import ModelInfo as ModelInfo
from tenfold.model.evaluate import Checked as Checked
from tenfold.model.evaluate import ClassScore as ClassScore
from tenfold.model.evaluate import Evaluation as Evaluation
from tenfold.model.evaluate import MeasuredPromise as MeasuredPromise
from tenfold.model.evaluate import evaluate as evaluate
from tenfold.model.folder import Model as Model
from tenfold.model.folder import load_model as load_model
from tenfold.picture.prepare import Prepared as Prepared
from tenfold.read.digits import Digit as Digit
from tenfold.read.digits import Look as Look
from tenfold.read.explain import Explanation as Explanation
from tenfold.read.forms import Field as Field
from tenfold.read.forms import Form as Form
from tenfold.read.forms import FormSum as FormSum
from tenfold.read.numbers import Number as Number
from tenfold.read.numbers import NumberDigit as NumberDigit
from tenfold.read.options import NumberOptions as NumberOptions
from tenfold.read.reader import Reader as Reader
from tenfold.read.tables import Numbers as Numbers
from tenfold.read.types import NumberType as NumberType
from tenfold.report.html import write_report as write_report

__version__: str

def submodules_of(package: str) -> Callable[[str], ModuleType]: ...
