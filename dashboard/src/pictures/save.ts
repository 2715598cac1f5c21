/** A picture as a PNG to keep or to send: what is on screen, in its colours, with a line that says what it shows. */
import { saveFile } from "../parts/save_file";

const SCALE = 3;
const STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "font-family",
  "font-size",
  "font-style",
  "font-weight",
  "opacity",
];

/** Draw `svg` into a file and hand it to the share sheet where there is one, else to the downloads. */
export async function savePicture(svg: SVGSVGElement, name: string, caption: string): Promise<void> {
  const blob = await drawn(svg, caption);
  const file = new File([blob], `${name}.png`, { type: "image/png" });
  if (matchMedia("(pointer: coarse)").matches && navigator.canShare?.({ files: [file] })) {
    await navigator.share({ files: [file], title: caption }).catch(() => undefined);
    return;
  }
  saveFile(file, file.name);
}

async function drawn(svg: SVGSVGElement, caption: string): Promise<Blob> {
  const { width, height } = svg.viewBox.baseVal;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = (height + 34) * SCALE;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const page = getComputedStyle(document.documentElement);
  context.scale(SCALE, SCALE);
  context.fillStyle = page.backgroundColor;
  context.fillRect(0, 0, width, height + 34);
  context.drawImage(image, 0, 0, width, height);
  context.fillStyle = page.color;
  context.font = "12px system-ui, sans-serif";
  context.fillText(caption, 12, height + 20, width - 24);
  return await new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture")))),
  );
}

/**
 * The picture with its styles inside, so that it looks the same without the page: as attributes of SVG, since the page's
 * own policy refuses inline styles.
 */
function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const shown = svg.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((element, place) => {
    const style = getComputedStyle(shown[place] as Element);
    for (const name of STYLES) element.setAttribute(name, style.getPropertyValue(name));
  });
  for (const ring of copy.querySelectorAll(".chosen")) ring.remove(); // whose day is told only on screen
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width * SCALE));
  copy.setAttribute("height", String(height * SCALE));
  return new XMLSerializer().serializeToString(copy);
}
