// One question of an application. What is typed stays in this tab alone until the server has it: who holds the phone next finds nothing.
'use strict';
(() => {
  const form = document.querySelector('form[data-applying]'), status = document.getElementById('status');
  const field = form?.querySelector('input[type=text]'), key = 'applying:' + location.pathname;
  document.querySelector('form[data-leaving]')?.addEventListener('submit', () => sessionStorage.clear());
  if (!form) return;
  const kept = sessionStorage.getItem(key);
  sessionStorage.clear();  // the answers before this one are kept at the server
  const keep = value => value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key);
  const answer = () => new FormData(form).get('answer');
  if (kept && field) field.value = kept;
  else if (kept) form.querySelectorAll('[name=answer]').forEach(one => { one.checked = one.value === kept; });
  if (kept) keep(answer());
  form.addEventListener('input', () => keep(answer()));
  form.addEventListener('submit', event => {
    if (navigator.onLine) return;
    event.preventDefault();
    const told = document.createElement('p');
    told.className = 'note wait';
    told.textContent = form.dataset.applying;
    status.replaceChildren(told);
    status.classList.add('told');
  });
})();
