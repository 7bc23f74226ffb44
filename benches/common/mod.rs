//! What benches of promises share.

use std::time::{Duration, Instant};

/// Runs two things in turn and prints the ratio of their medians.
pub fn ratio(name: &str, promise: f64, mut one: impl FnMut(), mut other: impl FnMut()) {
    const ROUNDS: usize = 41;
    let time = |run: &mut dyn FnMut(), times: u32| {
        let start = Instant::now();
        (0..times).for_each(|_| run());
        start.elapsed().as_secs_f64() / f64::from(times)
    };
    let calibrate = |run: &mut dyn FnMut()| {
        let mut times = 1;
        while time(run, times) * f64::from(times) < Duration::from_millis(4).as_secs_f64() && times < 1 << 20 {
            times *= 2;
        }
        times
    };
    let (n, m) = (calibrate(&mut one), calibrate(&mut other));
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        a.push(time(&mut one, n));
        b.push(time(&mut other, m));
    }
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let (one, other) = (a[ROUNDS / 2], b[ROUNDS / 2]);
    let verdict = if one / other <= promise { "kept" } else { "MISSED" };
    println!("{name:<72} {:>11.0} ns : {:>11.0} ns = {:>7.3} (promise {promise:.3}) {verdict}", one * 1e9, other * 1e9, one / other);
}
