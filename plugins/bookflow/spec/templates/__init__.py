from bookflow.errors import TemplateError
from bookflow.spec.templates.checking import check_template
from bookflow.spec.templates.data import DataTemplate, check_data, compile_data, render_data
from bookflow.spec.templates.rendering import Template, compile_template

__all__ = [
    "DataTemplate",
    "Template",
    "TemplateError",
    "check_data",
    "check_template",
    "compile_data",
    "compile_template",
    "render_data",
]
