/** The chart of a run: who does how many durable commands a second, as an SVG that a browser shows in a document. */
import { type BenchRun, wasBusy } from "./bench-run.ts";
import type { RowResult, SubjectResult } from "./result.ts";
import { number } from "./table.ts";

const width = 760;
const margin = 16;
const nameWidth = 210;
const valueWidth = 80;
const barHeight = 16;
const lineHeight = 22;
const titleHeight = 30;
const headHeight = 58;
const footHeight = 40;

/** The rows that it shows, with what they are called there. */
const panels: readonly (readonly [id: string, title: string])[] = [
  ["1b", "one entity, 256 commands in flight"],
  ["2b", "1,000 entities, 256 commands in flight"],
  ["3", "one entity, one command after the other"],
];

const colors = { ours: "#d9480f", rival: "#8f99a3", ceiling: "none" } as const;

export function chart(run: BenchRun): string {
  const rows = panels.flatMap(([id, title]) => {
    const row = run.rows.find((each) => each.id === id);
    return row ? [{ title, bars: barsOf(row) }] : [];
  });
  let y = headHeight;
  const drawn = rows.map(({ title, bars }) => {
    const text = panel(title, bars, y);
    y += titleHeight + bars.length * lineHeight;
    return text;
  });
  const height = y + footHeight;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="13" fill="#212529">
<title>Durable commands per second</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="${margin}" y="28" font-size="17" font-weight="600">Durable commands per second</text>
<text x="${margin}" y="46" fill="#5c636a">${escaped(subtitle(run))}</text>
${drawn.join("\n")}
<text x="${margin}" y="${height - 22}" font-size="11" fill="#5c636a">${escaped(footer(run))}</text>
<text x="${margin}" y="${height - 8}" font-size="11" fill="#5c636a">Dashed: LevelDB with nothing around it. Thin line: the spread over the rounds.</text>
</svg>
`;
}

interface Bar {
  readonly subject: SubjectResult;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

function barsOf({ subjects }: RowResult): Bar[] {
  return subjects
    .flatMap((subject) => {
      const rate = subject.figures.perSecond;
      return rate ? [{ subject, ...rate }] : [];
    })
    .sort((a, b) => b.median - a.median);
}

function panel(title: string, bars: readonly Bar[], top: number): string {
  const longest = Math.max(...bars.map(({ max }) => max));
  const scale = (width - 2 * margin - nameWidth - valueWidth) / longest;
  const lines = bars.map((each, index) => bar(each, top + titleHeight + index * lineHeight, scale));
  return [`<text x="${margin}" y="${top + 20}" font-weight="600">${escaped(title)}</text>`, ...lines].join("\n");
}

function bar({ subject: { name, role }, median, min, max }: Bar, top: number, scale: number): string {
  const x = margin + nameWidth;
  const at = (value: number): string => (x + value * scale).toFixed(1);
  const middle = top + barHeight / 2;
  const weight = role === "ours" ? ' font-weight="600"' : "";
  const outline = role === "ceiling" ? ' stroke="#5c636a" stroke-dasharray="3 2"' : "";
  return [
    `<text x="${x - 8}" y="${middle + 4}" text-anchor="end"${weight}>${escaped(name)}</text>`,
    `<rect x="${x}" y="${top}" width="${Math.max(median * scale, 1).toFixed(1)}" height="${barHeight}" fill="${colors[role]}"${outline}/>`,
    `<line x1="${at(min)}" x2="${at(max)}" y1="${middle}" y2="${middle}" stroke="#212529"/>`,
    `<text x="${(x + max * scale + 8).toFixed(1)}" y="${middle + 4}"${weight}>${number(median, 0)}</text>`,
  ].join("\n");
}

function subtitle({ flushDelayMs }: BenchRun): string {
  const disk = flushDelayMs > 0 ? `, on a disk whose every flush takes ${flushDelayMs} ms longer` : "";
  return `each acknowledged after its event of about 120 bytes was flushed${disk}`;
}

function footer(run: BenchRun): string {
  const { rounds, versions, machine, startedAt } = run;
  const provisional = wasBusy(run) ? "Provisional: others used the machine. " : "";
  return `${provisional}Medians of ${rounds} rounds, ${startedAt.slice(0, 10)}; Node ${versions.node}, ${machine.cpu}, ${machine.cores} cores, ${machine.fileSystem}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
