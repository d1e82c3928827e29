//! A node as it lies in `graph.json`.

use modchains_core::provable::{
    Binary, ElementKind, Encoding, INPUTS_MAX, Input, Map, Op, Record, Reduce, Requantise, Second, Size, SizeRange,
    Unary, Window,
};
use serde::{Deserialize, Serialize};

use super::parse::{AtMost, Word, present};

/// What stands for the root of weights that were not read yet.
pub(super) const NOT_READ: [u8; 32] = [1; 32];

/// What a node computes, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OpName {
    Input,
    Reshape,
    Permute,
    Slice,
    ConcatRows,
    ConcatColumns,
    Unfold,
    Embedding,
    Relu,
    Clamp,
    Sqrt,
    Rsqrt,
    Exp,
    Erf,
    Tanh,
    Requantise,
    Round,
    Convert,
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Dot,
    Affine,
    Sum,
    Mean,
    SquareSum,
    SquareMean,
    RowMax,
    TopK,
}

/// Where the second operand of a function of two lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SecondFile {
    Input,
    Weights,
    Constant(Word),
}

/// Declares the fields of a node, each of which may be missing as far as the parser is concerned.
macro_rules! node_file {
    ($($name:ident: $type:ty,)*) => {
        /// One node. Which fields it has depends on its operation.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct NodeFile {
            $(
                #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
                $name: Option<$type>,
            )*
        }

        impl NodeFile {
            /// A field that is there.
            fn left_over(&self) -> Option<&'static str> {
                $(if self.$name.is_some() {
                    return Some(stringify!($name));
                })*
                None
            }
        }
    };
}

node_file! {
    op: OpName,
    kind: ElementKind,
    inputs: AtMost<u32, INPUTS_MAX>,
    rows: [u32; 2],
    columns: [u32; 2],
    weights: String,
    encoding: Encoding,
    low: Word,
    high: Word,
    sizes: [u32; 2],
    dimensions: [[u32; 2]; 4],
    order: [u8; 4],
    start: [u32; 2],
    step: [u32; 2],
    channels: u32,
    height: u32,
    width: u32,
    kernel_height: u32,
    kernel_width: u32,
    stride: u32,
    padding: u32,
    by_channel: bool,
    table_rows: u32,
    multiplier: u32,
    shift: u8,
    min: i8,
    max: i8,
    second: SecondFile,
    weight_rows: u32,
    groups: u32,
    count: u32,
}

type Parsed<T> = Result<T, String>;

/// Takes a field that must be there.
fn take<T>(field: &mut Option<T>, name: &str) -> Parsed<T> {
    field.take().ok_or_else(|| format!("`{name}` is missing"))
}

const fn size([fixed, per]: [u32; 2]) -> Size {
    Size { fixed, per }
}

const fn pair(size: Size) -> [u32; 2] {
    [size.fixed, size.per]
}

/// Reading.
impl NodeFile {
    /// The record, in which the root of its weights is still open, and the name of its weights.
    ///
    /// # Errors
    /// The field that is missing, that does not belong to the operation, or that is written in another form.
    pub fn into_record(mut self) -> Parsed<(Record, Option<String>)> {
        let name = take(&mut self.op, "op")?;
        let kind = take(&mut self.kind, "kind")?;
        let [rows, columns] = [take(&mut self.rows, "rows")?, take(&mut self.columns, "columns")?].map(size);
        let AtMost(read) = self.inputs.take().unwrap_or(AtMost(Vec::new()));
        let weights = self.weights.take();
        let op = self.op(name, kind)?;
        if let Some(field) = self.left_over() {
            return Err(format!("`{field}` does not belong to this operation"));
        }
        let mut inputs = [0; INPUTS_MAX];
        for (place, input) in inputs.iter_mut().zip(&read) {
            *place = *input;
        }
        let root = weights.is_some().then_some(NOT_READ);
        let record = Record { op, kind, inputs, input_count: read.len() as u8, rows, columns, weights: root };
        Ok((record, weights))
    }

    fn op(&mut self, name: OpName, kind: ElementKind) -> Parsed<Op> {
        Ok(match name {
            OpName::Input => {
                let encoding = take(&mut self.encoding, "encoding")?;
                let [min, max] = take(&mut self.sizes, "sizes")?;
                let [low, high] = self.ends(kind)?;
                Op::Input(Input { encoding, low, high, sizes: SizeRange { min, max } })
            }
            OpName::Reshape => Op::Map(Map::Reshape),
            OpName::Permute => {
                let dimensions = take(&mut self.dimensions, "dimensions")?.map(size);
                Op::Map(Map::Permute { dimensions, order: take(&mut self.order, "order")? })
            }
            OpName::Slice => {
                Op::Map(Map::Slice { start: take(&mut self.start, "start")?, step: take(&mut self.step, "step")? })
            }
            OpName::ConcatRows => Op::Map(Map::ConcatRows),
            OpName::ConcatColumns => Op::Map(Map::ConcatColumns),
            OpName::Unfold => Op::Map(Map::Unfold(self.window()?)),
            OpName::Embedding => Op::Embedding { rows: take(&mut self.table_rows, "table_rows")? },
            OpName::Relu => Op::Unary(Unary::Relu),
            OpName::Clamp => {
                let [low, high] = self.ends(kind)?;
                Op::Unary(Unary::Clamp { low, high })
            }
            OpName::Sqrt => Op::Unary(Unary::Sqrt),
            OpName::Rsqrt => Op::Unary(Unary::Rsqrt),
            OpName::Exp => Op::Unary(Unary::Exp),
            OpName::Erf => Op::Unary(Unary::Erf),
            OpName::Tanh => Op::Unary(Unary::Tanh),
            OpName::Requantise => Op::Unary(Unary::Requantise(self.requantise()?)),
            OpName::Round => Op::Unary(Unary::Round),
            OpName::Convert => Op::Unary(Unary::Convert),
            OpName::Add => Op::Binary(Binary::Add, self.second(kind)?),
            OpName::Sub => Op::Binary(Binary::Sub, self.second(kind)?),
            OpName::Mul => Op::Binary(Binary::Mul, self.second(kind)?),
            OpName::Div => Op::Binary(Binary::Div, self.second(kind)?),
            OpName::Max => Op::Binary(Binary::Max, self.second(kind)?),
            OpName::Dot => Op::Reduce(Reduce::Dot { groups: take(&mut self.groups, "groups")? }),
            OpName::Affine => Op::Reduce(Reduce::Affine),
            OpName::Sum => Op::Reduce(Reduce::Sum),
            OpName::Mean => Op::Reduce(Reduce::Mean),
            OpName::SquareSum => Op::Reduce(Reduce::SquareSum),
            OpName::SquareMean => Op::Reduce(Reduce::SquareMean),
            OpName::RowMax => Op::Reduce(Reduce::Max),
            OpName::TopK => Op::Reduce(Reduce::TopK { count: take(&mut self.count, "count")? }),
        })
    }

    fn ends(&mut self, kind: ElementKind) -> Parsed<[u32; 2]> {
        Ok([bits(take(&mut self.low, "low")?, "low", kind)?, bits(take(&mut self.high, "high")?, "high", kind)?])
    }

    fn window(&mut self) -> Parsed<Window> {
        Ok(Window {
            channels: take(&mut self.channels, "channels")?,
            height: take(&mut self.height, "height")?,
            width: take(&mut self.width, "width")?,
            kernel_height: take(&mut self.kernel_height, "kernel_height")?,
            kernel_width: take(&mut self.kernel_width, "kernel_width")?,
            stride: take(&mut self.stride, "stride")?,
            padding: take(&mut self.padding, "padding")?,
            is_by_channel: take(&mut self.by_channel, "by_channel")?,
        })
    }

    fn requantise(&mut self) -> Parsed<Requantise> {
        Ok(Requantise {
            multiplier: take(&mut self.multiplier, "multiplier")?,
            shift: take(&mut self.shift, "shift")?,
            min: take(&mut self.min, "min")?,
            max: take(&mut self.max, "max")?,
        })
    }

    fn second(&mut self, kind: ElementKind) -> Parsed<Second> {
        Ok(match take(&mut self.second, "second")? {
            SecondFile::Input => Second::Input,
            SecondFile::Weights => Second::Weights { rows: take(&mut self.weight_rows, "weight_rows")? },
            SecondFile::Constant(word) => Second::Constant(bits(word, "constant", kind)?),
        })
    }
}

fn bits(word: Word, name: &str, kind: ElementKind) -> Parsed<u32> {
    let form = if kind == ElementKind::Float { "eight hex digits of a float's pattern" } else { "an integer" };
    word.bits(kind).ok_or_else(|| format!("`{name}` must be {form}, as the elements are"))
}

/// Writing.
impl NodeFile {
    /// A record with the name of its weights.
    pub fn of(record: &Record, weights: Option<&str>) -> Self {
        let mut file = Self {
            kind: Some(record.kind),
            inputs: Some(AtMost(record.inputs().to_vec())).filter(|AtMost(inputs)| !inputs.is_empty()),
            rows: Some(pair(record.rows)),
            columns: Some(pair(record.columns)),
            weights: weights.map(ToOwned::to_owned),
            ..Self::default()
        };
        file.op = Some(file.set_op(&record.op, record.kind));
        file
    }

    /// Sets the fields of an operation and returns its name.
    fn set_op(&mut self, op: &Op, kind: ElementKind) -> OpName {
        match op {
            Op::Input(input) => {
                self.encoding = Some(input.encoding);
                self.set_ends(kind, input.low, input.high);
                self.sizes = Some([input.sizes.min, input.sizes.max]);
                OpName::Input
            }
            Op::Map(map) => self.set_map(map),
            Op::Embedding { rows } => {
                self.table_rows = Some(*rows);
                OpName::Embedding
            }
            Op::Unary(unary) => self.set_unary(unary, kind),
            Op::Binary(binary, second) => {
                self.second = Some(match second {
                    Second::Input => SecondFile::Input,
                    Second::Weights { rows } => {
                        self.weight_rows = Some(*rows);
                        SecondFile::Weights
                    }
                    Second::Constant(word) => SecondFile::Constant(Word::of(kind, *word)),
                });
                match binary {
                    Binary::Add => OpName::Add,
                    Binary::Sub => OpName::Sub,
                    Binary::Mul => OpName::Mul,
                    Binary::Div => OpName::Div,
                    Binary::Max => OpName::Max,
                }
            }
            Op::Reduce(reduce) => self.set_reduce(reduce),
        }
    }

    fn set_ends(&mut self, kind: ElementKind, low: u32, high: u32) {
        self.low = Some(Word::of(kind, low));
        self.high = Some(Word::of(kind, high));
    }

    fn set_map(&mut self, map: &Map) -> OpName {
        match map {
            Map::Reshape => OpName::Reshape,
            Map::Permute { dimensions, order } => {
                self.dimensions = Some(dimensions.map(pair));
                self.order = Some(*order);
                OpName::Permute
            }
            Map::Slice { start, step } => {
                self.start = Some(*start);
                self.step = Some(*step);
                OpName::Slice
            }
            Map::ConcatRows => OpName::ConcatRows,
            Map::ConcatColumns => OpName::ConcatColumns,
            Map::Unfold(window) => {
                self.channels = Some(window.channels);
                self.height = Some(window.height);
                self.width = Some(window.width);
                self.kernel_height = Some(window.kernel_height);
                self.kernel_width = Some(window.kernel_width);
                self.stride = Some(window.stride);
                self.padding = Some(window.padding);
                self.by_channel = Some(window.is_by_channel);
                OpName::Unfold
            }
        }
    }

    fn set_unary(&mut self, unary: &Unary, kind: ElementKind) -> OpName {
        match unary {
            Unary::Relu => OpName::Relu,
            Unary::Clamp { low, high } => {
                self.set_ends(kind, *low, *high);
                OpName::Clamp
            }
            Unary::Sqrt => OpName::Sqrt,
            Unary::Rsqrt => OpName::Rsqrt,
            Unary::Exp => OpName::Exp,
            Unary::Erf => OpName::Erf,
            Unary::Tanh => OpName::Tanh,
            Unary::Requantise(rule) => {
                self.multiplier = Some(rule.multiplier);
                self.shift = Some(rule.shift);
                self.min = Some(rule.min);
                self.max = Some(rule.max);
                OpName::Requantise
            }
            Unary::Round => OpName::Round,
            Unary::Convert => OpName::Convert,
        }
    }

    fn set_reduce(&mut self, reduce: &Reduce) -> OpName {
        match reduce {
            Reduce::Dot { groups } => {
                self.groups = Some(*groups);
                OpName::Dot
            }
            Reduce::Affine => OpName::Affine,
            Reduce::Sum => OpName::Sum,
            Reduce::Mean => OpName::Mean,
            Reduce::SquareSum => OpName::SquareSum,
            Reduce::SquareMean => OpName::SquareMean,
            Reduce::Max => OpName::RowMax,
            Reduce::TopK { count } => {
                self.count = Some(*count);
                OpName::TopK
            }
        }
    }
}
