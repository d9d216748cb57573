"""Uploading a photo."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=_("Photo"),
        help_text=_("JPEG, PNG, WebP or GIF, at most 10 MB. Where and with what it was taken is not kept."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    alt = forms.CharField(
        label=_("What it shows"),
        max_length=200,
        help_text=_("A few words for those who cannot see it: “Two kilns beside a window”."),
    )

    def __init__(self, *args: Any, has_photo: bool, **kwargs: Any) -> None:
        """`has_photo`: there is one already, so that its words can be changed alone."""
        super().__init__(*args, **kwargs)
        self.fields["photo"].required = not has_photo
