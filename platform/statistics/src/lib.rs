#![doc = include_str!("../README.md")]

mod adjustment;
mod anomaly;
mod association;
mod change;
mod comparison;
mod correlation;
mod distribution;
mod effect;
mod inertia;
mod instability;
mod levels;
mod mean;
mod order;
mod outcome;
mod permutation;
mod rhythm;
mod series;
mod spread;
mod trend;

pub use self::adjustment::{benjamini_hochberg, holm};
pub use self::anomaly::{Anomalies, Anomaly, Deviation, anomalies};
pub use self::association::{Association, Lag, association};
pub use self::change::{Change, ChangePoints, Segment, change_points};
pub use self::comparison::{Comparison, comparison};
pub use self::effect::Effect;
pub use self::inertia::{Inertia, inertia};
pub use self::instability::{AcuteChange, Instability, acute_change, instability};
pub use self::levels::{Level, Levels, part_of_day, weekday};
pub use self::mean::{Mean, mean};
pub use self::outcome::{Counted, Interval, Statistic, TooLittle};
pub use self::permutation::Permutation;
pub use self::rhythm::{Rhythm, rhythm};
pub use self::series::{Daily, Observation, PartOfDay, by_day};
pub use self::spread::{Bounds, Spread, spread};
pub use self::trend::{Trend, trend};
