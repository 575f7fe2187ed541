"""The bill of materials is about Tenfold, and says nothing of the machine that wrote it."""

from release.inventory import about


def test_tenfold_is_what_it_is_about_and_where_its_archive_lay_is_left_out():
    package = {"name": "tenfold", "bom-ref": "tenfold==1.0", "externalReferences": [{"url": "file:///home/me/a.whl"}]}
    found = about({"components": [{"name": "numpy"}, package], "metadata": {"tools": {}}, "bomFormat": "CycloneDX"})
    assert found["components"] == [{"name": "numpy"}]
    assert found["metadata"]["component"] == {"name": "tenfold", "bom-ref": "tenfold==1.0"}
    assert (found["bomFormat"], found["metadata"]["tools"]) == ("CycloneDX", {})
