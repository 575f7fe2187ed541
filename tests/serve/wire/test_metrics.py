import numpy as np


def test_every_request_has_an_id_a_line_of_log_and_a_place_in_the_figures(client, seven):
    headers = {"content-type": "image/png", "x-request-id": "mine-17"}
    answer = client.post("/v1/digits", content=seven, headers=headers)
    assert answer.headers["x-request-id"] == "mine-17"
    assert len(client.get("/v2/health/live", headers={"x-request-id": "<b>"}).headers["x-request-id"]) == 32
    figures = client.get("/metrics").text
    assert 'tenfold_requests_total{method="POST",route="/v1/digits",status="200"}' in figures
    assert 'tenfold_digits_total{outcome="accepted"}' in figures
    assert "tenfold_waiting 0.0" in figures
    assert np.isfinite(float(figures.partition("\nprocess_resident_memory_bytes ")[2].split()[0]))
