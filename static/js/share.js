// Beside an address: copy it, or hand it to another app. Both buttons are hidden until somebody can answer them.
(() => {
  const doc = document;

  for (const button of doc.querySelectorAll('[data-copy]')) {
    const field = doc.getElementById(button.dataset.copy), told = doc.getElementById(button.dataset.told);
    button.hidden = false;
    button.addEventListener('click', async () => {
      field.select();
      try { await navigator.clipboard.writeText(field.value); }  // only where the page came over https or from this machine
      catch { if (!doc.execCommand('copy')) return; }
      told.textContent = button.dataset.done;
    });
  }

  for (const button of doc.querySelectorAll('[data-share]')) {
    if (!navigator.share) continue;
    const field = doc.getElementById(button.dataset.share);
    button.hidden = false;
    button.addEventListener('click', () => navigator.share({url: field.value}).catch(() => {}));
  }
})();
