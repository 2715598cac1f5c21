"""A file of settings in TOML, read into the model that says what fits. Knows no setting."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.errors import ConfigurationError

_Model = TypeVar("_Model", bound=BaseModel)


def read_settings(path: Path, name: str, model: type[_Model]) -> _Model:
    """The file as a `model`; broken numbers arrive as `Decimal`, so that money keeps its digits.

    ConfigurationError calls it the `name` file and says what cannot be read, is no TOML or does not fit, and where.
    """
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal))
    except OSError as error:
        raise ConfigurationError(f"The {name} file {path} cannot be read ({type(error).__name__}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The {name} file {path} is no TOML: {error}.") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ConfigurationError(f"The {name} file {path} does not fit: {faults}.") from None
