// What others would do with the same load, simulated.

/** Further thin lines for the chart: [{label, points: [[t, length]], dash}]. */
export const ghostLines = () => [];

/** Shows or hides them. `changed` is called when there is something else to draw. */
export function toggleGhosts() {}
