"""How every form of the house is drawn: `{{ form }}` and `{{ form.title.as_field_group }}` give our components."""

from django.forms.renderers import TemplatesSetting


class HouseRenderer(TemplatesSetting):
    """Fields as in docs/reference/components.md: label, control, hint, error; hints and errors are described-by."""

    form_template_name = "core/form.html"
    field_template_name = "core/field.html"
