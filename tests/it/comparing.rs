//! `ghostlib compare`: two runs of one reference.

use crate::json_schema::accepts;
use crate::support::{copy_recorded, project};
use serde_json::Value;

#[test]
fn three_rebuilds_of_each_run_are_too_few_to_tell_them_apart() {
    let project = project();
    copy_recorded(&project, "caskbook/r1", "r1");
    copy_recorded(&project, "caskbook/floor", "r2");
    let told = project.run(&["compare", "r1", "r1"]).expect_code(0).stdout;
    assert!(told.contains("with 3 and 3 rebuilds, whatever their figures are: chance gives the"), "{told}");
    assert!(told.contains("10.0 %. Four of each can be"), "{told}");

    let json: Value =
        serde_json::from_str(&project.run(&["compare", "r1", "r2", "--json"]).expect_code(0).stdout).unwrap();
    let schema: Value = serde_json::from_str(&project.run(&["schema", "compare"]).stdout).unwrap();
    assert!(accepts(&schema, &json), "{json:#}");
    assert_eq!((&json["verdict"], &json["runs"][1]["passing"]["of"]), (&"too-few".into(), &2.into()));
    // What the journals say, reckoned here.
    let headlines = |run: &str| -> Vec<f64> {
        let state: Value =
            serde_json::from_str(&project.run(&["status", run, "--json"]).expect_code(0).stdout).unwrap();
        let of_best = usize::try_from(state["best"]["iteration"].as_u64().unwrap()).unwrap() - 1;
        let attempts = state["iterations"][of_best]["attempts"].as_array().unwrap().clone();
        let measured = attempts.iter().filter(|one| !one["evaluation"].is_null());
        measured.map(|one| headline(&one["evaluation"]["fidelity"])).collect()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / f64::from(u8::try_from(values.len()).unwrap());
    let (first, second) = (headlines("r1"), headlines("r2"));
    let told = json["dimensions"].as_array().unwrap().last().unwrap();
    assert_eq!(told["name"], "headline");
    let is = |key: &str, expected: f64| (told[key].as_f64().unwrap() - expected).abs() < 1e-9;
    assert!(is("first", mean(&first)) && is("second", mean(&second)), "{told} {first:?} {second:?}");
    assert!(is("change", mean(&second) - mean(&first)), "{told}");
    let [low, high] = [0, 1].map(|end| told["interval"][end].as_f64().unwrap());
    assert!(low <= told["change"].as_f64().unwrap() && told["change"].as_f64().unwrap() <= high, "{told}");

    assert!(project.run(&["compare", "r1", "r9"]).expect_code(2).stderr.contains("there is no run `r9`"));

    // A run is not another one than itself.
    let same: Value =
        serde_json::from_str(&project.run(&["compare", "r1", "r1", "--json"]).expect_code(0).stdout).unwrap();
    for pairs in ["vectors", "functions"] {
        assert_eq!((&same[pairs]["changed"], &same[pairs]["chance"]), (&Value::Array(vec![]), &Value::Null));
        assert!(same[pairs]["pairs"].as_u64().unwrap() > 5, "{same}");
    }
}

/// The smallest dimension; 0 where one is unknown.
fn headline(fidelity: &Value) -> f64 {
    let share = |ratio: &Value| match ratio["of"].as_f64().unwrap() {
        0.0 => 0.0,
        of => ratio["n"].as_f64().unwrap() / of,
    };
    let api = &fidelity["api"];
    let parts = [
        share(&fidelity["vectors"]["all"]),
        share(&api["path"]["recall"]),
        share(&api["signature"]["recall"]),
        fidelity["behaviour"]["agreement"].as_f64().unwrap_or(0.0),
        share(&fidelity["coverage"]),
    ];
    parts.into_iter().fold(1.0, f64::min)
}
