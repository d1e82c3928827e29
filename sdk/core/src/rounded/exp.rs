//! The exponential function.

use super::{
    bits::{MAX, Number, ONE},
    fixed::{Estimate, Near, mul_high},
};

/// `log2(e)` in units of `2^-95`, three digits of 32 bits, lowest first.
const LOG2_E: [u64; 3] = [3_196_583_632, 1_545_072_827, 3_098_164_009];
/// `2^(i/64)` in units of `2^-63`.
static POWERS: [u64; 64] = [
    9_223_372_036_854_775_808,
    9_323_807_973_325_342_579,
    9_425_337_585_438_007_767,
    9_527_972_782_539_685_958,
    9_631_725_603_661_576_981,
    9_736_608_218_931_335_184,
    9_842_632_931_000_616_231,
    9_949_812_176_488_168_858,
    10_058_158_527_438_640_871,
    10_167_684_692_797_270_502,
    10_278_403_519_900_636_096,
    10_390_327_995_983_639_004,
    10_503_471_249_702_896_438,
    10_617_846_552_676_722_988,
    10_733_467_321_041_881_441,
    10_850_347_117_027_285_504,
    10_968_499_650_544_839_023,
    11_087_938_780_797_598_309,
    11_208_678_517_905_446_201,
    11_330_733_024_548_468_561,
    11_454_116_617_628_225_966,
    11_578_843_769_947_115_458,
    11_704_929_111_906_019_353,
    11_832_387_433_220_440_222,
    11_961_233_684_655_323_370,
    12_091_482_979_778_770_282,
    12_223_150_596_734_848_760,
    12_356_251_980_035_707_703,
    12_490_802_742_373_206_726,
    12_626_818_666_450_273_141,
    12_764_315_706_832_201_104,
    12_903_309_991_818_110_089,
    13_043_817_825_332_782_212,
    13_185_855_688_839_100_305,
    13_329_440_243_271_311_081,
    13_474_588_330_989_340_155,
    13_621_316_977_754_388_159,
    13_769_643_394_726_039_683,
    13_919_584_980_481_119_318,
    14_071_159_323_054_531_591,
    14_224_384_202_002_324_189,
    14_379_277_590_487_216_477,
    14_535_857_657_386_837_923,
    14_694_142_769_424_923_741,
    14_854_151_493_325_717_732,
    15_015_902_597_991_835_029,
    15_179_415_056_705_840_218,
    15_344_708_049_355_799_071,
    15_511_800_964_685_064_948,
    15_680_713_402_566_563_766,
    15_851_465_176_301_844_309,
    16_024_076_314_945_163_556,
    16_198_567_065_652_879_633,
    16_374_957_896_058_427_985,
    16_553_269_496_673_159_336,
    16_733_522_783_313_321_064,
    16_915_738_899_553_466_671,
    17_099_939_219_206_581_124,
    17_286_145_348_831_213_003,
    17_474_379_130_265_907_514,
    17_664_662_643_191_237_676,
    17_857_018_207_719_734_201,
    18_051_468_387_014_017_850,
    18_248_035_989_933_441_397,
];
/// `(ln 2 / 64)^n / n!` for n from 1 to 8, in units of `2^-70`.
const SERIES: [u64; 8] = [
    12_786_308_645_202_655_660,
    69_240_576_462_433_397,
    249_968_283_100_422,
    676_815_666_642,
    1_466_040_222,
    2_646_306,
    4_094,
    6,
];

/// `e^a`; the largest value where that is larger, 0 where it is below half of the smallest.
pub fn exp(a: u32) -> u32 {
    exp_near(a).round()
}

/// `e^a`, closely.
pub fn exp_near(a: u32) -> Estimate {
    let x = Number::of(a);
    if x.significand == 0 || x.exponent + 23 < -25 {
        // |a| < 2^-25: between 1 - 2^-25 and 1 + 2^-24, the midpoints beside 1.
        return Estimate::Value(ONE);
    }
    if x.exponent + 23 >= 7 {
        // |a| >= 128.
        return Estimate::Value(if x.negative { 0 } else { MAX });
    }
    let (whole, fraction) = in_bits(x.significand, x.exponent);
    let (whole, fraction) = if !x.negative {
        (whole, fraction)
    } else if fraction == 0 {
        (-whole, 0)
    } else {
        (-whole - 1, fraction.wrapping_neg())
    };
    Estimate::Near(Near::new(false, power_of_two(fraction), whole - 63))
}

/// `m * 2^exponent * log2(e)` as a whole number and a fraction in units of `2^-64`, for a 24-bit `m` and exponents from -48
/// to -15. Less than 1.1 units too small.
pub(super) fn in_bits(significand: u64, exponent: i32) -> (i32, u64) {
    // m * log2(e) in units of 2^-95: 24 + 96 bits, as an upper and a lower word.
    // arith-safety: 24 bits times 32 bits and a carry of 32 bits.
    let first = significand * LOG2_E[0];
    let second = significand * LOG2_E[1] + (first >> 32);
    let high = significand * LOG2_E[2] + (second >> 32);
    let low = second << 32 | first & 0xffff_ffff;
    // 2^-95 * 2^exponent is 2^-64 when it is shifted right by 31 - exponent: from 46 to 79.
    let shift = (31 - exponent) as u32;
    if shift >= 64 {
        return (0, high >> (shift - 64));
    }
    ((high >> shift) as i32, high << (64 - shift) | low >> shift)
}

/// `2^(fraction / 2^64)` in units of `2^-63`, less than 4 units wrong.
pub(super) fn power_of_two(fraction: u64) -> u64 {
    // The table gives the power of the upper 6 bits, the series that of the rest, less 1, in units of 2^-70.
    let power = POWERS[(fraction >> 58) as usize];
    let rest = fraction << 6;
    let excess = SERIES.iter().rev().fold(0, |sum, term| mul_high(rest, sum) + term);
    // arith-safety: the excess is below 2^64 / 90 * 2^6, the sum below 2^64.
    power + (mul_high(power, mul_high(rest, excess)) >> 6)
}
