"""`tenfold serve` as a user types it, up to where it would serve; tests/serve holds the rest."""


def test_other_machines_are_not_served_without_a_token(command):
    result = command("serve", "--host", "192.0.2.1")
    assert result.status == 2
    assert "--token-file" in result.err
    assert "Traceback" not in result.err


def test_a_missing_model_is_told(command):
    result = command("serve", "--model", "nowhere", "--port", 0)
    assert result.status == 1
    assert result.err.splitlines()[-1].startswith("tenfold: no model at nowhere")
