// Comfort, never need: every page and form works without this file. Its few words ride on data-*.
(() => {
  const doc = document;

  // "Show" beside a password. The button is hidden until somebody can answer it.
  for (const button of doc.querySelectorAll('[data-reveal]')) {
    const field = doc.getElementById(button.dataset.reveal), label = button.querySelector('span');
    button.hidden = false;
    button.addEventListener('click', () => {
      const shown = field.type === 'password';
      field.type = shown ? 'text' : 'password';
      button.setAttribute('aria-pressed', String(shown));
      label.textContent = shown ? button.dataset.hide : button.dataset.show;
    });
    // A browser keeps as a password only what is one when the form goes.
    field.form && field.form.addEventListener('submit', () => { field.type = 'password'; });
  }

  // What went wrong is read first, once.
  const summary = doc.getElementById('sum');
  if (summary) summary.focus();

  // A second tap sends nothing. The button is marked, not disabled: its name and value go with the form, and focus stays.
  // Looked at after every other listener: a script that sends the form itself keeps the second tap for itself.
  const sent = 'data-sent';
  doc.addEventListener('submit', event => {
    const form = event.target, button = event.submitter;
    if (form.method !== 'post' || 'again' in form.dataset) return;
    if (form.hasAttribute(sent)) { event.preventDefault(); return; }
    setTimeout(() => {
      if (event.defaultPrevented) return;
      form.setAttribute(sent, '');
      if (button) button.setAttribute('aria-disabled', 'true');
    });
  });
  // On a shared phone a tab may hold a drawing: it goes with the person.
  doc.addEventListener('submit', event => {
    try { if ('clear' in event.target.dataset) sessionStorage.clear(); } catch { /* a browser that keeps nothing */ }
  });
  // Back in the browser shows the page as it was left: let it send again.
  addEventListener('pageshow', event => {
    if (!event.persisted) return;
    for (const form of doc.querySelectorAll('[' + sent + ']')) form.removeAttribute(sent);
    for (const button of doc.querySelectorAll('[aria-disabled]')) button.removeAttribute('aria-disabled');
  });

  for (const button of doc.querySelectorAll('[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => print());
  }
})();
