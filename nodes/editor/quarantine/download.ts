/** Saves the answer of the admin API as a file: it needs the login of the person, so no link to it would do. Rejects when it cannot be had. */
export async function download(path: string, name: string): Promise<void> {
  const answer: unknown = await $.ajax({ url: path, dataType: 'binary', xhrFields: { responseType: 'blob' } });
  if (!(answer instanceof Blob)) throw new Error(name);
  const url = URL.createObjectURL(answer);
  const link = $('<a>').attr({ href: url, download: name }).appendTo('body');
  link[0]?.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url));
}
