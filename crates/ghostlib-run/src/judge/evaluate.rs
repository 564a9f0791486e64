use super::{
    Judge, JudgeError, JudgeOptions, Operations, Ready, extract, figures, findings, fitted, language,
    required, seeds, stand, waive,
};
use crate::leaks;
use crate::spec_files::LoadedSpec;
use ghostlib_agent::FileTree;
use ghostlib_diff::{Api, CopyThresholds, Literals, SourceTree, compare, copy_check, literals};
use ghostlib_model::{
    Alarm, Answer, ApiDimension, BehaviourDimension, CodeCoverage, Evaluation, Fidelity, Finding,
    FunctionAgreement, Gate, GateResult, PhaseTime, Ratio, Sequence, SpecStand, Vector, VectorOutcome,
    VectorResult, VectorsDimension,
};
use ghostlib_verify::rust::Built;
use ghostlib_verify::{
    Driver, Operation, Site, Tried, last_answers, run_vectors, try_operations, vector_holds,
};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;
use tracing::info_span;

/// A candidate's source tree and where it may be built.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The source tree.
    pub dir: &'a Path,
    /// A folder for its driver and build output.
    pub scratch: &'a Path,
    /// What is looked through for canaries: its files, and what its session has recorded.
    pub record: &'a FileTree,
}

/// What has been measured so far.
#[derive(Default)]
struct Measured {
    is_built: bool,
    findings: Vec<Finding>,
    vectors: Vec<VectorResult>,
    tried: Vec<Tried>,
    /// The operations that the candidate has.
    had: BTreeSet<String>,
    code: CodeCoverage,
    /// Nothing, if nothing says what it has to be.
    api: Option<ApiDimension>,
    own_api: Api,
    /// The paths of what the candidate has to do, where that is not all that the reference does.
    required: Option<BTreeSet<String>>,
    alarms: Vec<Alarm>,
    literals: Literals,
    times: Vec<PhaseTime>,
}

impl Measured {
    fn time(&mut self, phase: &str, since: Instant) {
        self.times.push(PhaseTime { phase: phase.into(), seconds: since.elapsed().as_secs_f64() });
    }
}

impl Judge {
    /// Evaluates a candidate in all dimensions. What is wrong with the candidate is in the result.
    ///
    /// # Errors
    /// If the judge's own work fails.
    pub async fn evaluate(
        &self,
        loaded: &LoadedSpec,
        ready: &Ready,
        candidate: Candidate<'_>,
        options: &JudgeOptions,
    ) -> Result<Evaluation, JudgeError> {
        let mut measured = Measured::default();
        self.compare_sources(loaded, candidate, &options.copy, &mut measured)?;
        self.check_dependencies(loaded, candidate, &mut measured);
        measured.findings.extend(leaks::findings(&self.canaries(options), candidate.record));
        measured.findings.extend(findings::unexercised(loaded, ready));
        let driver = self.build_candidate(loaded, ready, candidate, options, &mut measured).await?;
        let vectors: Vec<&Vector> = loaded
            .spec
            .vectors
            .iter()
            .filter(|vector| ready.dropped.iter().all(|one| one.id != vector.id))
            .collect();
        run_all_vectors(loaded, ready, driver.as_ref(), &vectors, &mut measured).await?;
        if let Some(driver) = &driver {
            try_all(self, loaded, ready, driver, options, &mut measured).await?;
        }
        measured.findings.extend(findings::over_budget(&measured.times, options.budget));
        Ok(conclude(loaded, ready, &vectors, measured))
    }

    /// Asks a candidate calls, and gives the answer to the last one of each sequence; nothing for all, if it does not
    /// build, and for those of an operation that it does not have.
    ///
    /// # Errors
    /// If the judge's own work fails.
    pub async fn ask(
        &self,
        loaded: &LoadedSpec,
        ready: &Ready,
        candidate: Candidate<'_>,
        calls: &[Sequence],
        options: &JudgeOptions,
    ) -> Result<Vec<Option<Answer>>, JudgeError> {
        let tree = SourceTree::read(candidate.dir)?;
        let own_api = extract(&self.tools.candidate, &tree).unwrap_or_default();
        let Built::Driver { driver, .. } = self.build(loaded, ready, candidate, &own_api, options).await?
        else {
            return Ok(vec![None; calls.len()]);
        };
        let answers = last_answers(&driver, calls).await?;
        Ok(answers
            .into_iter()
            .map(|answer| Some(answer).filter(|one| !matches!(one, Answer::NotRun(_))))
            .collect())
    }

    /// Compares API and text. A candidate in another language is held against the API that the spec declares for it.
    fn compare_sources(
        &self,
        loaded: &LoadedSpec,
        candidate: Candidate<'_>,
        thresholds: &CopyThresholds,
        measured: &mut Measured,
    ) -> Result<(), JudgeError> {
        let since = Instant::now();
        let api = info_span!("api").entered();
        let tree = SourceTree::read(candidate.dir)?;
        // A tree without a library has an empty API; that it does not build is said elsewhere.
        measured.own_api = extract(&self.tools.candidate, &tree).unwrap_or_default();
        measured.literals = literals(&tree);
        if !self.tools.is_one_language() {
            let declared = loaded.declared_api(language(&self.tools.candidate));
            if let Some((dimension, findings)) = compare_declared(&declared, &measured.own_api) {
                measured.api = Some(dimension);
                measured.findings.extend(findings);
            }
            measured.time("api", since);
            return Ok(());
        }
        let reference = required::of(loaded, &self.api, language(&self.tools.reference));
        let comparison = compare(&reference, &measured.own_api);
        let unwaived = waive::without_waived(loaded, &reference);
        let dimension = unwaived.map(|required| compare(&required, &measured.own_api).dimension);
        measured.api = Some(dimension.unwrap_or(comparison.dimension));
        measured.findings.extend(comparison.findings.into_iter().map(|mut finding| {
            if reference.items.iter().any(|item| item.path == finding.subject) {
                finding.spec = stand::stand_of_api(loaded, &reference, &finding.subject);
            }
            finding
        }));
        measured.time("api", since);
        drop(api);
        let since = Instant::now();
        let _copy = info_span!("copy").entered();
        measured.alarms.extend(self.copy_alarm(loaded, &tree, thresholds));
        measured.time("copy check", since);
        Ok(())
    }

    fn copy_alarm(
        &self,
        loaded: &LoadedSpec,
        tree: &SourceTree,
        thresholds: &CopyThresholds,
    ) -> Option<Alarm> {
        let spec: Vec<_> =
            loaded.sources.files().map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).collect();
        let public: Vec<_> = spec.iter().map(String::as_str).collect();
        let report = copy_check(&self.tree, tree, &public, thresholds);
        report.alarmed.then(|| Alarm {
            kind: "copied-code".into(),
            message: format!(
                "The candidate resembles the reference's code: {:.0} % of fingerprints, {:.0} % verbatim, longest run {} tokens.",
                report.fingerprint * 100.0,
                report.verbatim * 100.0,
                report.longest_run
            ),
            places: report.places.into_iter().map(|run| run.candidate).collect(),
        })
    }

    fn check_dependencies(&self, loaded: &LoadedSpec, candidate: Candidate<'_>, measured: &mut Measured) {
        let target = loaded.spec.front_matter.targets.get(self.tools.candidate.language());
        let allowed = |name: &String| {
            target.is_some_and(|target| target.dependencies.iter().any(|dependency| dependency.name == *name))
        };
        // A manifest that cannot be read does not build either.
        let asked = self.tools.candidate.dependencies(candidate.dir);
        let manifest = self.tools.candidate.manifest();
        let refused = asked.iter().filter(|name| **name == self.reference.package || !allowed(name));
        measured.findings.extend(
            refused.map(|name| findings::dependency_not_allowed(name, &self.reference.package, manifest)),
        );
    }

    /// Builds a candidate into a driver.
    async fn build(
        &self,
        loaded: &LoadedSpec,
        ready: &Ready,
        candidate: Candidate<'_>,
        own_api: &Api,
        options: &JudgeOptions,
    ) -> Result<Built, JudgeError> {
        // In the reference's language the candidate has to have the reference's functions; in another one, what the
        // spec names.
        let (operations, name) = if self.tools.is_one_language() {
            (None, &self.api.crate_name)
        } else {
            let own = Operations::of(&loaded.spec, &self.tools.candidate, own_api);
            (Some(own), &own_api.crate_name)
        };
        let operations = operations.as_ref().unwrap_or(&ready.operations);
        let site = Site {
            dir: candidate.dir,
            name,
            needs: &self.allowed,
            scratch: candidate.scratch,
            wall: options.build_wall,
            counts: false,
        };
        let is_asked = |operation: &&Operation| ready.operations.get(&operation.name).is_some();
        let asked: Vec<_> = operations.all().filter(is_asked).cloned().collect();
        Ok(match self.tools.candidate.build(&self.sandbox, site, &operations.types, &asked).await? {
            Built::Driver { driver, left_out } if !self.tools.is_one_language() => {
                Built::Driver { driver: driver.without_classes(), left_out }
            }
            built => built,
        })
    }

    async fn build_candidate(
        &self,
        loaded: &LoadedSpec,
        ready: &Ready,
        candidate: Candidate<'_>,
        options: &JudgeOptions,
        measured: &mut Measured,
    ) -> Result<Option<Driver>, JudgeError> {
        let since = Instant::now();
        let built = self.build(loaded, ready, candidate, &measured.own_api, options).await?;
        measured.time("build", since);
        Ok(match built {
            Built::Driver { driver, left_out } => {
                // Where the API differs, a finding has said it already.
                let said = |name: &String| {
                    let is_said =
                        |finding: &Finding| finding.subject == *name && finding.gate == Some(Gate::G2);
                    measured.findings.iter().any(is_said)
                };
                let new: Vec<_> = left_out.iter().filter(|left_out| !said(&left_out.operation)).collect();
                let new: Vec<_> = new.into_iter().map(findings::not_callable).collect();
                measured.findings.extend(new);
                measured.is_built = true;
                Some(driver)
            }
            Built::Failed(messages) => {
                measured.findings.extend(findings::build_failed(&messages));
                None
            }
        })
    }
}

/// How an API differs from the one that a spec declares; nothing, if it declares none.
pub(super) fn compare_declared(declared: &Api, own: &Api) -> Option<(ApiDimension, Vec<Finding>)> {
    if declared.items.is_empty() {
        return None;
    }
    let comparison = compare(declared, own);
    let findings = comparison.findings.into_iter().map(|mut finding| {
        finding.spec = SpecStand::Speaks(finding.reference.iter().map(ToString::to_string).collect());
        finding.reference = None;
        finding
    });
    Some((comparison.dimension, findings.collect()))
}

async fn run_all_vectors(
    loaded: &LoadedSpec,
    ready: &Ready,
    driver: Option<&Driver>,
    vectors: &[&Vector],
    measured: &mut Measured,
) -> Result<(), JudgeError> {
    let since = Instant::now();
    let answers = match driver {
        Some(driver) => run_vectors(driver, vectors).await?,
        None => vec![Answer::NotRun("the candidate does not build".into()); vectors.len()],
    };
    let expected = run_vectors(&ready.driver, vectors).await?;
    for ((vector, answer), reference) in vectors.iter().zip(answers).zip(expected) {
        let holds = vector_holds(&vector.expected, &answer);
        // One finding says that nothing builds; it is not repeated for each vector.
        if !holds && driver.is_some() {
            measured.findings.push(findings::vector_failed(loaded, vector, &answer, &reference));
        }
        measured.vectors.push(VectorResult {
            id: vector.id.clone(),
            operation: vector.operation.clone(),
            outcome: if holds { VectorOutcome::Passed } else { VectorOutcome::Failed(answer) },
        });
    }
    measured.vectors.extend(ready.dropped.iter().cloned());
    measured.time("vectors", since);
    Ok(())
}

async fn try_all(
    judge: &Judge,
    loaded: &LoadedSpec,
    ready: &Ready,
    driver: &Driver,
    options: &JudgeOptions,
    measured: &mut Measured,
) -> Result<(), JudgeError> {
    let since = Instant::now();
    // What the candidate treats as special shows in its own literals.
    let seeds = seeds(loaded, &ready.operations, &[&judge.literals, &measured.literals]);
    let operations = compared(judge, loaded, ready, driver);
    if !judge.tools.is_one_language() {
        measured.required = Some(operations.iter().map(|operation| operation.item.clone()).collect());
    }
    let trial = try_operations(&ready.driver, driver, &operations, &seeds, &options.differential).await?;
    measured.code = trial.code;
    for tried in trial.tried {
        // What the candidate does not have has been said already.
        if driver.has(&tried.agreement.operation) {
            measured.had.insert(tried.agreement.operation.clone());
            let findings = findings::behaviour(loaded, &tried);
            // A failing vector has said it already.
            let new = findings.into_iter().filter(|finding| stand::vector_of_call(loaded, finding).is_none());
            measured.findings.extend(new);
            measured.findings.extend(findings::waived(loaded, &tried));
        }
        measured.tried.push(tried);
    }
    measured.time("behaviour", since);
    Ok(())
}

/// What both sides are called with: everything that the reference offers; of a candidate in another language only what
/// the spec names, and what has one name in both.
fn compared(judge: &Judge, loaded: &LoadedSpec, ready: &Ready, driver: &Driver) -> Vec<Operation> {
    if judge.tools.is_one_language() {
        return ready.operations.callable.clone();
    }
    let bound = loaded.spec.bindings.iter().map(|binding| &binding.operation);
    let named: BTreeSet<&String> =
        bound.chain(loaded.spec.vectors.iter().map(|vector| &vector.operation)).collect();
    let is_meant = |one: &&Operation| named.contains(&one.name) || driver.has(&one.name);
    ready.operations.all().filter(is_meant).cloned().collect()
}

fn conclude(loaded: &LoadedSpec, ready: &Ready, vectors: &[&Vector], mut measured: Measured) -> Evaluation {
    let dimension = vectors_dimension(loaded, vectors, &measured.vectors);
    measured.findings.extend(fitted::finding(&dimension));
    measured
        .findings
        .sort_by(|a, b| (a.priority, &a.rule, &a.subject).cmp(&(b.priority, &b.rule, &b.subject)));
    let waivers = waive::mark(loaded, &ready.operations, &mut measured.findings);
    let gates = gates(&measured);
    let functions: Vec<FunctionAgreement> = measured.tried.into_iter().map(|tried| tried.agreement).collect();
    let each: Vec<_> = functions.iter().collect();
    let of_both: Vec<_> =
        functions.iter().filter(|function| measured.had.contains(&function.operation)).collect();
    let fidelity = Fidelity {
        gates,
        vectors: dimension,
        api: measured.api.unwrap_or_default(),
        behaviour: behaviour_dimension(&each),
        coverage: coverage(loaded, ready, measured.required.as_ref(), &of_both),
    };
    Evaluation {
        fidelity,
        findings: measured.findings,
        vectors: measured.vectors,
        functions,
        code: measured.code,
        waivers,
        alarms: measured.alarms,
        times: measured.times,
    }
}

/// What does not build cannot be asked: of it, only building and the API are measured.
fn gates(measured: &Measured) -> Vec<GateResult> {
    let findings = &measured.findings;
    let is_measured = |gate: &Gate| match gate {
        Gate::G0 => true,
        Gate::G2 => measured.api.is_some(),
        Gate::G1 | Gate::G3 => measured.is_built,
    };
    let result = |gate| {
        let n_findings = findings.iter().filter(|one| one.gate == Some(gate) && one.waived.is_none()).count();
        GateResult { gate, passed: n_findings == 0, n_findings }
    };
    Gate::ALL.into_iter().filter(is_measured).map(result).collect()
}

fn vectors_dimension(loaded: &LoadedSpec, vectors: &[&Vector], results: &[VectorResult]) -> VectorsDimension {
    let passed = |vector: &&&Vector| {
        results.iter().any(|result| result.id == vector.id && result.outcome == VectorOutcome::Passed)
    };
    let ratio = |hidden: bool| {
        let those: Vec<_> = vectors.iter().filter(|vector| loaded.hides(vector) || !hidden).collect();
        Ratio::new(those.iter().filter(|vector| passed(vector)).count(), those.len())
    };
    VectorsDimension { all: ratio(false), hidden: ratio(true) }
}

fn behaviour_dimension(functions: &[&FunctionAgreement]) -> BehaviourDimension {
    let accepted = functions.iter().map(|function| function.accepted).sum();
    BehaviourDimension { agreement: figures::agreement(functions), accepted }
}

/// A function counts as exercised when both sides have it and the reference accepted enough.
fn coverage(
    loaded: &LoadedSpec,
    ready: &Ready,
    required: Option<&BTreeSet<String>>,
    functions: &[&FunctionAgreement],
) -> Ratio {
    let exercised = figures::exercised(ready.operations.all(), functions, FunctionAgreement::is_known);
    let all = || ready.operations.required.iter().collect();
    let mut required: Vec<&String> = required.map_or_else(all, |required| required.iter().collect());
    required.retain(|path| waive::of_item(loaded, &ready.operations, path).is_none());
    Ratio::new(required.iter().filter(|path| exercised.contains(path.as_str())).count(), required.len())
}
