// Pictures on the page: bitmaps on canvases, so that no address outside this server is ever needed.

export async function paint(canvas, picture) {
  const bitmap = await createImageBitmap(picture);
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
}

export function decoded(base64, type = "image/png") {
  return new Blob([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], { type });
}

// Calls `take` with files that are chosen in the fields, or pasted or dropped while `part` is shown.
export function takeFiles(part, sheet, fields, take) {
  const some = (files) => { if (files?.length) take([...files]); };
  for (const field of fields) {
    field.addEventListener("change", () => { some(field.files); field.value = ""; });
  }
  addEventListener("paste", (event) => { if (!part.hidden) some(event.clipboardData?.files); });
  addEventListener("dragover", (event) => { event.preventDefault(); sheet.classList.add("over"); });
  addEventListener("dragleave", () => sheet.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    sheet.classList.remove("over");
    if (!part.hidden) some(event.dataTransfer.files);
  });
}

// Keeps everything but some signs out of a field; with `empty`, a dash that is none of them stands for an empty place.
export function onlySigns(field, signs, empty = false) {
  field.addEventListener("input", () => {
    const allowed = empty ? [...signs(), "_"] : signs();
    const dashes = [...field.value].map((sign) => (allowed.includes(sign) ? sign : sign.replace(/[–—−]/, "-")));
    const typed = dashes.map((sign) => (empty && !allowed.includes(sign) ? sign.replace(/[-·]/, "_") : sign));
    field.value = typed.filter((sign) => allowed.includes(sign)).join("");
  });
}
