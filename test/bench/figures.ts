/** What one trial measured, by name. */
export type Figures = Readonly<Record<string, number>>;
