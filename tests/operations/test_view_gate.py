def test_try(tmp_path, fresh_store_url):
    from filled_store import build_world, PROGRAM
    from gatehouse.operations.view_gate import view_gate
    from gatehouse.operations.view_programs import view_programs
    from gatehouse.operations.view_round import view_round
    from gatehouse.operations.view_host import host_view
    from gatehouse.model.status import Phase
    w = build_world(tmp_path, fresh_store_url)
    w.round("r1"); w.round("r2", admissible=False, problems=("a | b",))
    g = view_gate(w.workspace, PROGRAM, Phase.EVT)
    open('/tmp/report.html','w').write(g.html()); print(g.json()[:3000])
    print(view_programs(w.workspace))
    print(view_round(w.workspace,"r1"))
    print(host_view(w.workspace,"evt-02"))
    from gatehouse.reports.gate_table import gate_markdown
    print(gate_markdown(g.decision))
