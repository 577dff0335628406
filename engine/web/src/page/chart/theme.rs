//! The drawings' colours: light, dark, or whichever the viewer prefers.

use std::str::FromStr;

/// The colours of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark where the viewer prefers that, otherwise light.
    #[default]
    Auto,
    /// Always light; for a slide.
    Light,
    /// Always dark; for a slide.
    Dark,
}

impl FromStr for Theme {
    type Err = String;

    fn from_str(text: &str) -> Result<Theme, String> {
        match text {
            "auto" => Ok(Theme::Auto),
            "light" => Ok(Theme::Light),
            "dark" => Ok(Theme::Dark),
            _ => Err("it must be auto, light or dark".to_owned()),
        }
    }
}

/// The colours of one theme, as on the pages.
#[derive(Debug)]
struct Palette {
    ground: &'static str,
    words: &'static str,
    quiet: &'static str,
    lines: &'static str,
    /// The zone up to the target.
    allowed: &'static str,
    queue: &'static str,
    /// What is over the target.
    over: &'static str,
    urgent: &'static str,
    spare: &'static str,
    bar: &'static str,
    /// The grounds of the hatched, the dotted and the barred fill.
    grounds: [&'static str; 3],
}

const LIGHT: Palette = Palette {
    ground: "#ffffff",
    words: "#1b1f24",
    quiet: "#57606a",
    lines: "#d8dee4",
    allowed: "#eff1f3",
    queue: "#d55e00",
    over: "#f7c9a6",
    urgent: "#0072b2",
    spare: "#009e73",
    bar: "#a3487f",
    grounds: ["#bfe7db", "#cde6f5", "#f1dcea"],
};

const DARK: Palette = Palette {
    ground: "#0d1117",
    words: "#e6edf3",
    quiet: "#9ea7b3",
    lines: "#30363d",
    allowed: "#1c2229",
    queue: "#f28a3d",
    over: "#6b3a17",
    urgent: "#56b4e9",
    spare: "#2fc99b",
    bar: "#dc8fbd",
    grounds: ["#123f33", "#12324a", "#3d1f33"],
};

/// What does not depend on the theme.
const SHAPES: &str = "text{font-family:system-ui,Inter,sans-serif;font-size:18px;\
    font-variant-numeric:tabular-nums}.title{font-weight:700}.strong{font-weight:700}\
    .small{font-size:15px}.grid{stroke-width:1}.capacity{stroke-width:2}\
    .target{stroke-width:1.5;stroke-dasharray:6 4}\
    .queue,.load{fill:none;stroke-width:2.5;stroke-linejoin:round}\
    .hatch-line{stroke-width:3}.bar{stroke-width:4}.lead{stroke-width:1}\
    .fixed{fill:none;stroke-width:2;stroke-dasharray:6 4}\
    .outlined{paint-order:stroke;stroke-width:5px;stroke-linejoin:round}";

/// The style sheet of a drawing. It has no custom properties, because programs for slides know
/// none.
pub fn style(theme: Theme) -> String {
    match theme {
        Theme::Light => format!("{SHAPES}{}", LIGHT.rules()),
        Theme::Dark => format!("{SHAPES}{}", DARK.rules()),
        Theme::Auto => {
            let (light, dark) = (LIGHT.rules(), DARK.rules());
            format!("{SHAPES}{light}@media (prefers-color-scheme:dark){{{dark}}}")
        }
    }
}

impl Palette {
    fn rules(&self) -> String {
        let [hatch, dots, bars] = self.grounds;
        let fills = [
            ("text", self.words),
            (".ground", self.ground),
            (".quiet", self.quiet),
            (".allowed,.under-load", self.allowed),
            (".over", self.over),
            (".urgent-0,.dot,.ours", self.urgent),
            (".other", self.queue),
            (".fleet", self.quiet),
            (".hatch-ground", hatch),
            (".dots-ground", dots),
            (".bars-ground", bars),
        ];
        let strokes = [
            (".grid", self.lines),
            (".capacity,.load", self.words),
            (".target,.fixed,.lead", self.quiet),
            (".queue", self.queue),
            (".hatch-line", self.spare),
            (".bar", self.bar),
            (".outlined", self.ground),
        ];
        let fills = fills.map(|(who, colour)| format!("{who}{{fill:{colour}}}"));
        let strokes = strokes.map(|(who, colour)| format!("{who}{{stroke:{colour}}}"));
        fills.concat() + &strokes.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_theme_has_no_colour_of_the_other_one() {
        let (auto, light, dark) = (style(Theme::Auto), style(Theme::Light), style(Theme::Dark));
        let has = |text: &str, palette: &Palette| text.contains(palette.urgent);
        assert!(auto.contains("prefers-color-scheme:dark"));
        assert!(has(&auto, &LIGHT) && has(&auto, &DARK));
        assert!(has(&light, &LIGHT) && !has(&light, &DARK) && !light.contains("@media"));
        assert!(has(&dark, &DARK) && !has(&dark, &LIGHT) && !dark.contains("@media"));
    }

    #[test]
    fn an_unknown_theme_is_refused_with_the_known_ones() {
        assert_eq!("dark".parse(), Ok(Theme::Dark));
        assert_eq!("night".parse::<Theme>().unwrap_err(), "it must be auto, light or dark");
    }
}
