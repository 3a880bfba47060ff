//! Lets the build cut lazily loaded parts out of the app.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The cut follows relocations, which the linker would drop. Only this crate's link is affected.
    if std::env::var("TARGET").is_ok_and(|target| target.starts_with("wasm32")) {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
