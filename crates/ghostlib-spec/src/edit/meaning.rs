use crate::{Coverage, Options, Sources, Spec, parse_with};
use ghostlib_model::Place;

/// Whether two states of a spec say the same: their requirements with ids and levels, vectors, API, operations,
/// bindings and front matter are equal, and only their places and their line ends differ.
pub fn means_the_same(before: &Sources, after: &Sources, options: &Options) -> bool {
    meaning(before, options) == meaning(after, options)
}

/// What a spec says, without where it says it.
pub(super) fn meaning(sources: &Sources, options: &Options) -> Spec {
    let (mut spec, _) = parse_with(sources, options);
    let nowhere = Place::start_of("");
    let places = spec.vectors.iter_mut().map(|vector| &mut vector.place);
    let places = places.chain(spec.bindings.iter_mut().map(|binding| &mut binding.place));
    let places = places.chain(spec.operations.iter_mut().map(|operation| &mut operation.place));
    let places = places.chain(spec.deltas.iter_mut().map(|delta| &mut delta.place));
    let places = places.chain(spec.api_blocks.iter_mut().map(|block| &mut block.place));
    let places = places.chain(spec.requirements.iter_mut().map(|requirement| &mut requirement.place));
    places.for_each(|place| *place = nowhere.clone());
    for block in &mut spec.api_blocks {
        block.code = block.code.replace("\r\n", "\n");
    }
    spec.coverage = Coverage::default();
    spec
}
