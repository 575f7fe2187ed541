// Pictures on the page: bitmaps on canvases, so that no address outside this server is ever needed.

export async function paint(canvas, blob) {
  const bitmap = await createImageBitmap(blob);
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
}

export function decoded(base64, type = "image/png") {
  return new Blob([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))], { type });
}

// Takes files that are chosen, pasted or dropped while a part of the page is shown.
export function takeFiles(part, sheet, take) {
  const first = (files) => { if (files?.length) take(files[0]); };
  for (const field of part.querySelectorAll("input[type=file]")) {
    field.addEventListener("change", () => { first(field.files); field.value = ""; });
  }
  addEventListener("paste", (event) => { if (!part.hidden) first(event.clipboardData?.files); });
  addEventListener("dragover", (event) => { event.preventDefault(); sheet.classList.add("over"); });
  addEventListener("dragleave", () => sheet.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    sheet.classList.remove("over");
    if (!part.hidden) first(event.dataTransfer.files);
  });
}
